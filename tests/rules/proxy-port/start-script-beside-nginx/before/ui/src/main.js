fetch('/api/towns').then((r) => r.json()).then(console.log)
