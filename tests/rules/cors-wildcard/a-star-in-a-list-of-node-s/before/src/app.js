const cors = require("cors");
const express = require("express");

const app = express();
app.use(cors({ origin: ["https://reeds.example.com", "*"], credentials: true }));
app.get("/reeds", (request, response) => response.json([]));
app.listen(3000);
