const express = require('express');

const app = express();
app.get('/seats', (req, res) => res.json([]));
app.use('/internal', require('./ops'));
app.listen(8080);
