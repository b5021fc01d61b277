import { createRoot } from "react-dom/client";
import axios from "axios";

const client = axios.create({ baseURL: process.env.REACT_APP_BACKEND_URL });

client.get("/firings").then(({ data }) => {
  createRoot(document.getElementById("root")).render(data.length);
});
