const express = require("express");

const app = express();
app.get("/", (request, response) => response.send("tides"));
app.listen(3000);
