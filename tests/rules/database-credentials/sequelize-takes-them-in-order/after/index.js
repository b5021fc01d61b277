const { Sequelize } = require("sequelize");

const till = new Sequelize("stall", "keeper", "copper-bell", {
  host: "till",
  dialect: "mysql",
});

till.authenticate();
