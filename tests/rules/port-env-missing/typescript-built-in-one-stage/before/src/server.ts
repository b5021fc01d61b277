import express from 'express'

const app = express()
const port = Number(process.env.PORT ?? 3000)
app.get('/me', (_req, res) => res.json({}))
app.listen(port, '0.0.0.0', () => console.log(`listening on ${port}`))
