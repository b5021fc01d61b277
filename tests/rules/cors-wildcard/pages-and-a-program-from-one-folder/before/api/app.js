const cors = require("cors");
const express = require("express");

const app = express();
app.use(cors({ origin: "*", credentials: true }));
app.get("/reeds", (request, response) => response.json([]));
app.listen(3000);
