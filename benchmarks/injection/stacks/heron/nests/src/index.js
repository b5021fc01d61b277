const express = require("express");
const mongoose = require("mongoose");

const app = express();

const Nest = mongoose.model("Nest", new mongoose.Schema({ tree: String, eggs: Number }));

app.get("/nests", async (request, response) => {
  response.json(await Nest.find());
});

mongoose.connect(process.env.MONGO_URL).then(() => {
  app.listen(4000);
});
