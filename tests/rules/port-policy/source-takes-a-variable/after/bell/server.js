const express = require("express");

const app = express();
app.get("/ring", (request, response) => response.json({ rung: true }));
app.listen(process.env.PORT || 4567);
