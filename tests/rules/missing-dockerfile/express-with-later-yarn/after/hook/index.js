const express = require('express');
const app = express();
app.post('/hook', (req, res) => res.sendStatus(204));
app.listen(3000);
