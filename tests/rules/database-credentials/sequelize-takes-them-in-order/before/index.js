const { Sequelize } = require("sequelize");

const till = new Sequelize("stall", "seller", "copper-bell", {
  host: "till",
  dialect: "mysql",
});

till.authenticate();
