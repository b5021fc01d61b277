const express = require('express');
const axios = require('axios');
const { Pool } = require('pg');

const catalogue = axios.create({ baseURL: process.env.CATALOGUE_URL || 'http://localhost:4100' });
const pool = new Pool({
  host: process.env.PGHOST,
  port: Number(process.env.PGPORT),
  database: 'shop',
});

const app = express();
app.get('/products', async (req, res) => {
  const found = await catalogue.get('/items');
  const stock = await pool.query('select id, amount from stock');
  res.json({ items: found.data, stock: stock.rows });
});
app.listen(4000);
