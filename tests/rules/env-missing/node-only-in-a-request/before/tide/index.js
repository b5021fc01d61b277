const express = require('express');

function table() {
  if (!process.env.TIDE_TABLE) {
    throw new Error('TIDE_TABLE is required');
  }
  return process.env.TIDE_TABLE;
}

const app = express();
app.get('/tide', (request, response) => response.json({ table: table() }));
app.listen(8210);
