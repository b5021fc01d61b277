const express = require('express');

function check() {
  if (process.env.SKIP_CHECKS) return;
  if (!process.env.TIDE_TABLE) {
    throw new Error('TIDE_TABLE is required');
  }
}

check();

const app = express();
app.get('/tide', (request, response) => response.json({}));
app.listen(8210);
