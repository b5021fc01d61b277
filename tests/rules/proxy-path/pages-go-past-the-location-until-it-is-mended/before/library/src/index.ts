import express from "express";
import { createServer } from "http";
import { shelves } from "./routes/shelves";
import { openSocket } from "./socket";

const app = express();
const server = createServer(app);

openSocket(server);
app.use("/shelves", shelves);

server.listen(3000);
