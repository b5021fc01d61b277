const { Router } = require("express");

const routes = Router();
routes.get("/today", (request, response) => response.json([]));
module.exports = routes;
