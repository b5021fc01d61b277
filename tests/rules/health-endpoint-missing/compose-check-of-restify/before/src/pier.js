const restify = require("restify");

const pier = restify.createServer();
pier.get("/boats", function (request, response, done) {
  response.send([]);
  done();
});
pier.listen(4400);
