const fastify = require("fastify")({ logger: true });

fastify.get("/rates", async (request, reply) => {
  return { eur: 1 };
});

fastify.get("/live", async () => ({ status: "ok" }));

fastify.get("/ready", async () => ({ status: "ok" }));

fastify.listen({ port: 3000, host: "0.0.0.0" });
