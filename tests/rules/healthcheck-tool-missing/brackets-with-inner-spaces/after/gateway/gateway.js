const Koa = require('koa')
const Router = require('@koa/router')

const router = new Router()
router.get('/ping', (ctx) => { ctx.body = 'pong' })
new Koa().use(router.routes()).listen(8088)
