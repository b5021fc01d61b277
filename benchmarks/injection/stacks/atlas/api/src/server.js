import cors from "@fastify/cors";
import Fastify from "fastify";

import { rows, sessions } from "./stores.js";

const app = Fastify();

await app.register(cors, { origin: [process.env.PAGE_ORIGIN], credentials: true });

app.get("/health", async () => {
  await rows.query("SELECT 1");
  await sessions.ping();
  return { status: "ok" };
});

app.get("/v1/sheets", async () => (await rows.query("SELECT id, title FROM sheet")).rows);

app.get("/v1/sheets/:id", async (request) => {
  const found = await rows.query("SELECT title FROM sheet WHERE id = $1", [request.params.id]);
  return found.rows[0];
});

await app.listen({ port: Number(process.env.PORT ?? 8080), host: "0.0.0.0" });
