const express = require("express");
const routes = require("./routes");

const app = express();
app.use("/tides", routes);
if (process.argv.length > 2) {
  app.listen(3400);
}
