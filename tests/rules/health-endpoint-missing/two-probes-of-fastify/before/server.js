const fastify = require("fastify")({ logger: true });

fastify.get("/rates", async (request, reply) => {
  return { eur: 1 };
});

fastify.listen({ port: 3000, host: "0.0.0.0" });
