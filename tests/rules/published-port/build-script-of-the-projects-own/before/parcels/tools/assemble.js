const fs = require("fs");

const manifest = JSON.parse(fs.readFileSync("package.json", "utf8"));
manifest.scripts.start = "node dist/gateway.js";
fs.writeFileSync("package.json", JSON.stringify(manifest));
