import WebSocket from "ws";
import { Server } from "http";

export const openSocket = (server: Server) => {
  const sockets = new WebSocket.Server({ server });
  sockets.on("connection", (socket) => socket.send("ready"));
};
