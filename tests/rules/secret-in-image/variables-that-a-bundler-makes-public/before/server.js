require("http").createServer((_, answer) => answer.end("stall")).listen(3000, "0.0.0.0");
