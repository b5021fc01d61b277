fetch('http://localhost:9000/rates').then((r) => r.json()).then(console.log);
