const express = require("express");

const app = express();
const router = express.Router();

router.get("/crew-members", (request, response) => response.json([]));
router.get("/crew-members/:id", (request, response) => response.json({}));

app.use("/api", router);
app.listen(8000);
