const Koa = require("koa");
const Router = require("@koa/router");

const pier = new Koa();
const boats = new Router({ prefix: "/v1" });
boats.get("/boats", (context) => {
    context.body = [];
});
pier.use(boats.routes());
pier.listen(4400);
