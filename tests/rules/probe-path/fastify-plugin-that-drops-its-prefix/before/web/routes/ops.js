const fp = require('fastify-plugin');

module.exports = fp(async (instance) => {
  instance.get('/health', async () => ({ status: 'ok' }));
});
