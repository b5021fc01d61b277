const http = require("node:http");
const { WebSocketServer } = require("ws");

const server = http.createServer((req, res) => res.end("cloth"));
const sockets = new WebSocketServer({ noServer: true });

function onUpgrade(request, socket, head) {
  const { pathname } = new URL(request.url, "http://loom");
  if (pathname !== "/threads") {
    socket.destroy();
    return;
  }
  sockets.handleUpgrade(request, socket, head, (one) => sockets.emit("connection", one, request));
}

server.on("upgrade", onUpgrade);
server.listen(7300);
