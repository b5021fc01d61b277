const tides = import.meta.env.VITE_TIDES_URL
fetch(tides + "/now").then((r) => r.json()).then(console.log)
