const express = require('express');

const app = express();
app.use(express.json());

app.get('/carts/:id', (req, res) => {
  res.json({ id: req.params.id, items: [] });
});

app.get('/health', (req, res) => {
  res.json({ status: 'ok' });
});

app.listen(3000);
