import axios from 'axios'

const api = axios.create({
    baseURL: "http://localhost:3000/api/v1", // the server
})
export const elsewhere = axios.create({
    baseURL: import.meta.env.VITE_LAKES || "http://localhost:3000",
})

api.get('/lakes/deepest').then(answer => console.log(answer.data))
