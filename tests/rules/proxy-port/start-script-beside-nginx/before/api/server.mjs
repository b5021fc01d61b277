import Fastify from 'fastify'

const app = Fastify()
app.get('/api/towns', async () => [])
await app.listen({ port: 5000 })
