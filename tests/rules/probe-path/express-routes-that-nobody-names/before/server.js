const fs = require("fs");
const express = require("express");

const app = express();
for (const name of fs.readdirSync(`${__dirname}/routes`)) {
  require(`./routes/${name}`)(app);
}
app.listen(7480);
