const express = require('express');

try {
  if (!process.env.TIDE_TABLE) {
    throw new Error('TIDE_TABLE is required');
  }
} catch (error) {
  console.warn(error.message);
}

async function tides() {
  if (!process.env.PIER) throw new Error('PIER is required');
}

tides().catch(console.error);

const app = express();
app.get('/tide', (request, response) => response.json({}));
app.listen(8210);
