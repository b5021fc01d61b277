import axios from "axios";

export const http = axios.create({ baseURL: "/api" });

export const plants = () => http.get("/api/plants");
export const plant = (id: number) => http.get(`/api/plants/${id}`);
