console.log("require(\"http\").createServer().listen(8080)");
