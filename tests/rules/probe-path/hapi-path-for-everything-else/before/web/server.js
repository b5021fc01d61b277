const Hapi = require('@hapi/hapi');

const start = async () => {
  const server = Hapi.server({ port: 3000, host: '0.0.0.0' });
  server.route([
    { method: 'GET', path: '/orders/{id}', handler: (request) => request.params.id },
    { method: ['GET', 'HEAD'], path: '/healthz', handler: () => 'ok' },
    { method: '*', path: '/{any*}', handler: () => 'page' },
  ]);
  await server.start();
};

start();
