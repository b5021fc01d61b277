import axios from "axios";
import { OpenAPI } from "./core";

const client = axios.create({
  baseURL: OpenAPI.BASE,
  timeout: 5000,
});

export const glazes = () => client.get("/glazes", { params: { limit: OpenAPI.PAGE } });
export const glaze = (id) => client.get(`/glazes/${id}`);
export const fire = (plan) => client.post("/firings", plan);
