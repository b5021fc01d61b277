const { Worker } = require('bullmq');
const { deliver } = require('./lib/delivery');

new Worker('mail', deliver, { connection: { host: 'redis', port: 6379 } });
