import mysql from "mysql2/promise";

const pool = mysql.createPool(process.env.DATABASE_URL);
const [rows] = await pool.query("SELECT 1");
console.log(rows);
