const Hapi = require('@hapi/hapi');

const init = async () => {
  const server = Hapi.server({
    port: process.env.PORT || 4000,
    host: 'localhost',
    address: '0.0.0.0',
  });
  await server.start();
};

init();
