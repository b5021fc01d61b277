import axios from "axios";

const library = axios.create({ baseURL: "http://localhost:3000" });

export const shelves = () => library.get("/shelves");
export const shelf = (number: number) => library.get(`/shelves/${number}`);
export const news = new WebSocket("ws://localhost:3000");
