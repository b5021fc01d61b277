const http = require("http");
const { MongoClient } = require("mongodb");
const { createClient } = require("redis");

const store = new MongoClient(process.env.STORE_URL);
const queue = createClient({ url: process.env.QUEUE_ADDRESS });
Promise.all([store.connect(), queue.connect()]).then(() =>
  http.createServer((req, res) => res.end("[]")).listen(3400),
);
