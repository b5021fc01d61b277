import axios from "axios";

const http = axios.create({ baseURL: import.meta.env.VITE_BACKEND });

http.get("/crossings/").then((answer) => console.log(answer.data));
