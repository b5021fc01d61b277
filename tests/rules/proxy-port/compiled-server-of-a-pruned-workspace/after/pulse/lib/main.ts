import express from "express";
import expressWs, { Application } from "express-ws";
import { Beat } from "./shapes.js";

const { app }: { app: Application } = expressWs(express());

app.ws("/beats", (socket) => {
  const beat: Beat = { at: Date.now() };
  socket.send(JSON.stringify(beat));
});

app.listen(3770, () => {
  console.log("up");
});
