const express = require("express");

const app = express();
require("express-ws")(app);
app.ws("/live", (socket) => socket.send("ebb"));
app.get("/today", (request, response) => response.json([]));
app.listen(3400);
