const fastify = require('fastify')({ logger: true });

fastify.register(require('@fastify/under-pressure'), { exposeStatusRoute: true });
fastify.register(require('./routes/users'), { prefix: '/api/users' });
fastify.register(require('./routes/ops'), { prefix: '/ops' });

fastify.listen({ port: 3000, host: '0.0.0.0' });
