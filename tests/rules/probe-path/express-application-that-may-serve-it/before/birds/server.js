const express = require("express");

const app = express();
app.use(require("our-common-routes"));

app.get("/birds/health", (request, response) => response.json({ ok: true }));
app.get("/birds", (request, response) => response.json(["heron"]));

app.listen(process.env.PORT || 8080);
