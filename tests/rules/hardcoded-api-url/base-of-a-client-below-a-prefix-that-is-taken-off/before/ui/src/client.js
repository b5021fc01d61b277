import axios from "axios";
import { settings } from "./settings";

const client = axios.create({
  baseURL: settings.server,
  timeout: 5000,
});

export const yarns = () => client.get("/yarns", { params: { limit: settings.pageSize } });
export const yarn = (id) => client.get(`/yarns/${id}`);
export const weave = (plan) => client.post("/weaves", plan);
