const cors = require("cors");
const express = require("express");

const app = express();
app.use(cors({ origin: [/\.reeds\.example$/, "https://reeds.example"] }));
app.get("/reeds", (request, response) => response.json([]));
app.listen(3000);
