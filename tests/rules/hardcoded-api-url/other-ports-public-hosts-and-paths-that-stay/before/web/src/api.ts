const MODELS = "http://localhost:11434";
const MAPS = "https://tiles.maps-of-bread.io";

export const models = () => fetch(`${MODELS}/api/tags`);
export const tiles = (x: number) => fetch(`${MAPS}/api/${x}`);
export const docs = () => fetch("http://localhost:8000/docs.json");
export const loaves = () => fetch("/api/loaves");
