const { Worker } = require('bullmq');
const { deliver } = require('./lib/deliver');
const { serve } = require('@metrics/server');

serve();
new Worker('mail', deliver, { connection: { host: 'redis', port: 6379 } });
