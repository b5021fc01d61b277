const express = require('express');

const table = process.env.TIDE_TABLE || 'north';
const pier = process.env.PIER ?? '';
if (!table) {
  throw new Error('TIDE_TABLE is empty');
}

const app = express();
app.get('/tide', (request, response) => response.json({}));
app.listen(8210);
