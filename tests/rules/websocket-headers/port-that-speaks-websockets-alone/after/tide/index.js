const express = require("express");
const { WebSocketServer } = require("ws");

const app = express();
app.get("/levels", (req, res) => res.json([]));
app.listen(3000);

const feed = new WebSocketServer({ port: 3001 });
const timer = setInterval(() => feed.clients.forEach((one) => one.ping()), 15000);
feed.on("close", () => clearInterval(timer));
