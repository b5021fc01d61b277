const Koa = require("koa");
const Router = require("@koa/router");

const pier = new Koa();
const boats = new Router();

boats.get("/boats", async (context) => {
    context.body = [];
});

pier.use(boats.routes()).use(boats.allowedMethods());
pier.listen(4400);
