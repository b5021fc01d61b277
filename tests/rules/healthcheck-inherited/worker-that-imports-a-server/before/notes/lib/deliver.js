const nodemailer = require('nodemailer');

exports.deliver = async (job) => nodemailer.createTransport({ host: 'mail' }).sendMail(job.data);
