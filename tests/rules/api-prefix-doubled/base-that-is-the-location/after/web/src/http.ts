import axios from "axios";

export const http = axios.create({ baseURL: "" });

export const plants = () => http.get("/api/plants");
export const plant = (id: number) => http.get(`/api/plants/${id}`);
