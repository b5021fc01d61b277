import axios from 'axios'

const api = axios.create({
    baseURL: "/api/v1", // the server
})
api.get('/lakes/deepest').then(answer => console.log(answer.data))
