const base = import.meta.env.VITE_LAMP_URL;

fetch(`${base}/api/lamps`)
  .then((answer) => answer.json())
  .then((lamps) => document.body.append(lamps.join(", ")));
