import axios from "axios";

export const http = axios.create({ baseURL: "/api/v1" });

export const plants = () => http.get("/plants");
export const plant = (id: number) => http.get(`/plants/${id}`);
