import axios from 'axios'

const api = axios.create({
    baseURL: "http://localhost:3000/api/v1", // the server
})
api.get('/lakes/deepest').then(answer => console.log(answer.data))
axios.get('/api/rivers').then(answer => console.log(answer.data))
