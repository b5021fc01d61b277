import http from "node:http";
import express from "express";
import { WebSocketServer } from "ws";

const app = express();
const server = http.createServer(app);
const sockets = new WebSocketServer({ server });

app.get("/posts", (req, res) => res.json([]));
sockets.on("connection", (socket) => socket.send("ready"));

server.listen(7100);
