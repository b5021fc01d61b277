import axios from "axios";

const http = axios.create({ baseURL: "/api/v1/" });

export const selection = () => http.get("towns/selection");
export const town = (id: string) => http.get(`towns/${id}`);
