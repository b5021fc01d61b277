const { serve } = require('@hono/node-server')
const { Hono } = require('hono')

const pier = new Hono()
pier.get('/boats', (c) => c.json([]))
serve({ fetch: pier.fetch, port: 4400 })
