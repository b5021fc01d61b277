Bun.serve({
  port: 8181,
  fetch(req, server) {
    const url = new URL(req.url);
    if (url.pathname === "/light" && server.upgrade(req)) return;
    if (url.pathname === "/wings") return new Response("two");
    return new Response("nothing", { status: 404 });
  },
  websocket: {
    message(socket, message) {
      socket.send(message);
    },
  },
});
