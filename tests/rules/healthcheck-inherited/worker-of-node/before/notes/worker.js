const { Worker } = require('bullmq');
const { deliver } = require('./lib/deliver');

new Worker('mail', deliver, { connection: { host: 'redis', port: 6379 } });
