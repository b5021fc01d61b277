import axios from "axios";

export const http = axios.create({ baseURL: "/api" });

export const keys = () => http.get("/api-keys");
export const nested = () => http.get("/apis/all");
