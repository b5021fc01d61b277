const store = require("knex")({
  client: "pg",
  connection: { host: "quay", port: 5432, user: "keeper", password: "moor", database: "berths" },
});

store.raw("select 1").then(() => store.destroy());
