const express = require("express");

const app = express();
const port = process.env.PORT || 8080;
const nests = process.env.NESTS_URL;

app.get("/birds/health", (request, response) => response.json({ status: "ok" }));

app.get("/birds", async (request, response) => {
  const answer = await fetch(`${nests}/nests`);
  response.json({ birds: ["heron", "bittern"], nests: await answer.json() });
});

app.listen(port, "0.0.0.0", () => console.log(`listening on ${port}`));
