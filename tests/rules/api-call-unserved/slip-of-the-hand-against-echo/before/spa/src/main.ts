import { items } from './api'
items().then(console.log)
