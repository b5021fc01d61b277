const base = import.meta.env.VITE_BASE;

export const kite = () => fetch(`${base}/kite`).then((answer) => answer.json());
