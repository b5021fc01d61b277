const express = require("express");
const { upgradeWebSocket } = require("./advice");

const app = express();
app.get("/reeds/wind", upgradeWebSocket("use /v2"));
app.listen(5151);
