const express = require("express");
const routes = require("./routes");

const app = express();
app.use("/tides", routes);
app.listen(3400, () => console.log("listening"));
