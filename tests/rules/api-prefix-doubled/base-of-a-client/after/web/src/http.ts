import axios from "axios";

export const http = axios.create({ baseURL: "" });

export const plants = () => http.get("/api/v1/plants");
export const plant = (id: number) => http.get(`/api/v1/plants/${id}`);
