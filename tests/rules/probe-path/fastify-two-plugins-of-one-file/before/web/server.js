import Fastify from 'fastify';
import { buildUsers, buildHealth } from './routes/index.js';

const server = Fastify();
await server.register(buildUsers, { prefix: '/users' });
await server.register(buildHealth, { prefix: '/internal' });
await server.listen({ port: 3000, host: '0.0.0.0' });
