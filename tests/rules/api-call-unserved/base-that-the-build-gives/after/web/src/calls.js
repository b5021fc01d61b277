const base = import.meta.env.VITE_BASE;

export const kite = () => fetch(`${base}/kites`).then((answer) => answer.json());
