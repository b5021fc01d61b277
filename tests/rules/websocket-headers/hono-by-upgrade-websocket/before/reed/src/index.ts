import { Hono } from "hono";
import { upgradeWebSocket, websocket } from "hono/bun";

const app = new Hono();

app.get("/reeds", (c) => c.json([]));
app.get(
  "/reeds/:id/wind",
  upgradeWebSocket(() => ({
    onMessage(event, socket) {
      socket.send("still");
    },
  })),
);

Bun.serve({ port: 5151, fetch: app.fetch, websocket });
