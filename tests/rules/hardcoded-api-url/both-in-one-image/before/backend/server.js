import express from "express";

const app = express();

app.get("/api/v1/towns/selection", (request, response) => response.json([]));
app.get("/api/v1/towns/:id", (request, response) => response.json({}));

app.listen(3000, "127.0.0.1");
