import Redis from "ioredis";
import pg from "pg";

export const rows = new pg.Pool({
  host: process.env.ROWS_HOST,
  user: process.env.ROWS_USER,
  password: process.env.ROWS_SECRET,
  database: process.env.ROWS_NAME,
  port: 5432,
});

export const sessions = new Redis(process.env.SESSIONS_URL);
