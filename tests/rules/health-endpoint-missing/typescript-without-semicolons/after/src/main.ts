import express, { type Request, type Response } from 'express'

import { users } from './users.js'

const app = express()

app.use(express.json())
app.use('/users', users)
app.get('/version', (_req: Request, res: Response) => res.json({ version: 3 }))
app.get('/healthz', (_req, res) => res.json({ status: 'ok' }))

app.listen(4000)
