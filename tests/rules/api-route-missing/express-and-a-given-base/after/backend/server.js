const express = require("express");

const app = express();
const towns = express.Router();

towns.get("/selection", (request, response) => response.json([]));
towns.get("/:name", (request, response) => response.json({ name: request.params.name }));

app.use("/api/towns", towns);

app.listen(3000);
