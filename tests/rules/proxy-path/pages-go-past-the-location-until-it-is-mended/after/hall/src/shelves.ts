import axios from "axios";

const library = axios.create({ baseURL: "/api" });

export const shelves = () => library.get("/shelves");
export const shelf = (number: number) => library.get(`/shelves/${number}`);
export const news = new WebSocket(`${window.location.origin.replace(/^http/, "ws")}/ws`);
