const express = require("express");

const app = express();

app.use(express.json());

app.get("/orders", function (request, response) {
	response.json([]);
});

app.post("/orders", function (request, response) {
	response.status(201).end();
}); // created

app.get("/healthz", function (request, response) {
	response.json({ status: "ok" });
});

app.use(function (request, response) {
	response.status(404).send("not here");
});

module.exports = app;
