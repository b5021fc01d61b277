const fastify = require('fastify')();

fastify.register(require('@fastify/cors'), { origin: ['http://localhost:3000'] });
fastify.get('/notes', async () => []);
fastify.listen({ port: 8200, host: '0.0.0.0' });
