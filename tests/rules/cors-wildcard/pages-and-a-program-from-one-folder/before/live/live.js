const express = require("express");

const app = express();
app.get("/reeds", (request, response) => response.json([]));
app.listen(4000);
