import axios from "axios";

const client = axios.create({ baseURL: import.meta.env.VITE_API_BASE });

export const selection = () => client.get("/towns/selection");
export const town = (name: string) => client.get(`/towns/${name}`);
