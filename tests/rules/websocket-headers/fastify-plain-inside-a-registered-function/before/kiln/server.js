import Fastify from "fastify";
import websocket from "@fastify/websocket";

const app = Fastify();

await app.register(websocket);
async function live(scope) {
  scope.get("/heat", { websocket: false }, async () => ({ degrees: 900 }));
  scope.get("/events", async (request, reply) => reply.raw.write("data: 900\n\n"));
}
app.register(live, { prefix: "/live" });

await app.listen({ port: 4100, host: "0.0.0.0" });
