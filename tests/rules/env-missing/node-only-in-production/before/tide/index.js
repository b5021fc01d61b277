const express = require('express');

if (process.env.NODE_ENV === 'production' && !process.env.TIDE_TABLE) {
  throw new Error('TIDE_TABLE is required');
}
if (process.env.STRICT) {
  if (!process.env.PIER) process.exit(1);
}

const app = express();
app.get('/tide', (request, response) => response.json({}));
app.listen(8210);
