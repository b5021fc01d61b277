const express = require('express');

if (!process.env.TIDE_TABLE) {
  console.warn('TIDE_TABLE is not set');
}
for (const name of ['PIER', 'BOAT']) {
  if (!process.env[name]) console.error(`${name} is not set`);
}

const app = express();
app.get('/tide', (request, response) => response.json({}));
app.listen(8210);
