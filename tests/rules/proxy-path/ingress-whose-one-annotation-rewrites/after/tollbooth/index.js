const express = require('express');

const app = express();
app.get('/v1/tolls', (req, res) => res.json([]));
app.post('/v1/tolls/:id/pay', (req, res) => res.sendStatus(204));
app.listen(4000);
