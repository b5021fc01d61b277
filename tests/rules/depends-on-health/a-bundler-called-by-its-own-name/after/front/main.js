fetch("/api/shop").then(console.log);
