const express = require("express");
const http = require("http");
const { Server } = require("socket.io");

const app = express();
const server = http.createServer(app);
const io = new Server(server);

app.get("/polls", (req, res) => res.json([]));
io.on("connection", (socket) => socket.emit("hello"));
server.listen(3300);
