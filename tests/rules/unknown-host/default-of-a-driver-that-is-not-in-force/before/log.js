const mysql = require("mysql2/promise");

const pool = mysql.createPool({
  host: process.env.LOG_HOST || "mysql",
  user: "keeper",
  password: process.env.LOG_PASSWORD,
  database: "log",
});

pool.query("select 1").then(() => process.exit(0));
