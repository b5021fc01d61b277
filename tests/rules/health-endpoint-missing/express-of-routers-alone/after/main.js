const express = require('express')

const app = express()
app.use('/users', require('./users'))
app.get('/health', (req, res) => res.json({ status: 'ok' }))
app.listen(4000)
