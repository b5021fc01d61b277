const http = require("http");
const express = require("express");
const { Server } = require("socket.io");

const app = express();
const server = http.createServer(app);
const io = new Server(server);

app.get("/api/lots", (req, res) => res.json([]));
io.on("connection", (socket) => socket.emit("price", 0));

server.listen(4100);
