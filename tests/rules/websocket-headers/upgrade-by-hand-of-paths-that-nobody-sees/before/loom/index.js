const http = require("node:http");
const { WebSocketServer } = require("ws");

const server = http.createServer((req, res) => res.end("cloth"));
const sockets = new WebSocketServer({ noServer: true });

server.on("upgrade", (request, socket, head) => {
  if (/^\/rooms\/\w+$/.test(request.url)) {
    sockets.handleUpgrade(request, socket, head, (one) => sockets.emit("connection", one));
  } else if (request.url === "/shed") {
    socket.destroy();
  }
});
const shed = require("./shed");
server.on("upgrade", (request, socket, head) => shed.upgrade(request, socket, head));
server.listen(7300);
