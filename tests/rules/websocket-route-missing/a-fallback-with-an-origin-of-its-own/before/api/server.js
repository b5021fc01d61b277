import http from "http";

import express from "express";
import { Server } from "socket.io";

const app = express();
const server = http.createServer(app);
const io = new Server(server, { cors: { origin: "http://localhost:8080" } });

app.get("/entries", (request, response) => response.json([]));
io.on("connection", (socket) => socket.emit("ready"));
server.listen(8000);
