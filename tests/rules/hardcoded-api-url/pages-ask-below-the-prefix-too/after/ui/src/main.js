import axios from 'axios'

const api = axios.create({
    baseURL: "/api/api/v1", // the server
})
api.get('/lakes/deepest').then(answer => console.log(answer.data))
axios.get('/api/rivers').then(answer => console.log(answer.data))
