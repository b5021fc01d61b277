const http = require("node:http");
const { WebSocketServer } = require("ws");

const server = http.createServer((req, res) => res.end("cloth"));
const sockets = new WebSocketServer({ noServer: true });

server.on("upgrade", (request, socket, head) => {
  switch (request.url) {
    case "/warp":
    case "/weft":
      return sockets.handleUpgrade(request, socket, head, (one) => sockets.emit("connection", one));
    case "/plain":
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
      break;
    default:
      socket.destroy();
  }
});
server.listen(7300);
