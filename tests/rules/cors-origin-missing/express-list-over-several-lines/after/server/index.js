const cors = require('cors');
const express = require('express');

const app = express();

app.use(
  cors({
    origin: [
      'http://localhost:3000',
      'https://quiz-night.io',
      'http://localhost:8080',
    ],
    credentials: true,
  }),
);

app.get('/questions', (request, response) => response.json([]));

app.listen(4000);
