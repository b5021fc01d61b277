const express = require('express');

require('dotenv').config({ path: '/run/tide/settings' });

if (!process.env.TIDE_TABLE) {
  throw new Error('TIDE_TABLE is required');
}

const app = express();
app.get('/tide', (request, response) => response.json({}));
app.listen(8210);
