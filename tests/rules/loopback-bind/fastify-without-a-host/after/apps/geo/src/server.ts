import Fastify from 'fastify'

const app = Fastify({ logger: true })

app.get('/geo/:ip', async (req) => ({ ip: (req.params as any).ip }))

app.listen({ port: 3000, host: '0.0.0.0' }).catch((err) => {
  app.log.error(err)
  process.exit(1)
})
