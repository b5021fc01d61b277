const app = require('express')()
const db = require('./db')

app.get('/n', async (q, s) => s.json(await db.query('select 1')))
app.listen(3000)
