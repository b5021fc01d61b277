const base = import.meta.env.VITE_CATCH_API;

export const catches = () => fetch(`${base}/catches`).then((answer) => answer.json());
