const express = require("express");
const { WebSocketServer } = require("ws");

const app = express();
app.get("/api/fish", (req, res) => res.json([]));
app.listen(7700);
new WebSocketServer({ port: 7701 });
