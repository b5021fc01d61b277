const ground = process.env.REACT_APP_PLOTS;

fetch(`${ground}/v2/plots`).then((answer) => answer.json()).then(console.log);
