import { Hono } from 'hono'

const app = new Hono()
app.get('/', (c) => c.text('edge'))

export default {
  port: 3400,
  fetch: app.fetch,
}
