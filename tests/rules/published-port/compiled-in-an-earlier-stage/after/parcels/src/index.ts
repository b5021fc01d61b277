import express from "express";

const app = express();

app.get("/parcels", (req, res) => {
  res.json([]);
});

app.listen(4200, () => console.log("listening"));
