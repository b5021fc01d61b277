import Fastify from "fastify";
import websocket from "@fastify/websocket";

const fastify = Fastify();

await fastify.register(websocket);
fastify.get("/heat", async () => ({ degrees: 900 }));
fastify.register(async (fastify) => {
  fastify.get("/heat", { websocket: true }, (socket) => socket.send("900"));
}, { prefix: "/live" });

await fastify.listen({ port: 4100, host: "0.0.0.0" });
