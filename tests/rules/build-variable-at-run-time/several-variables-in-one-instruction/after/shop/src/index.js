const catalogue = process.env.REACT_APP_CATALOGUE || "";
const basket = process.env.REACT_APP_BASKET || "";

fetch(`${catalogue}/items`).then((answer) => answer.json()).then(console.log);
fetch(`${basket}/basket`).then((answer) => answer.json()).then(console.log);
