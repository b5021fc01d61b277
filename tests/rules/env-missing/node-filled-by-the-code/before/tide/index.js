const express = require('express');

process.env.TIDE_TABLE ??= 'north';

if (!process.env.TIDE_TABLE) {
  throw new Error('TIDE_TABLE is required');
}

const app = express();
app.get('/tide', (request, response) => response.json({}));
app.listen(8210);
