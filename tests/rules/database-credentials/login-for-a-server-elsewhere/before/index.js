const { Client } = require("pg");
const mysql = require("mysql2");

const maps = new Client("postgres://reader:rose@maps/atlas");
const world = mysql.createConnection({ host: "db.example.org", user: "guest", password: "guest", database: "world" });
maps.connect();
world.connect();
