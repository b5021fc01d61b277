import Fastify from "fastify"

const server = Fastify()

server.get("/tolls", async () => [])
server.get("/gates", async () => []) // all of them

await server.listen({ port: 7000, host: "0.0.0.0" })
