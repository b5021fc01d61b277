const express = require('express');

const app = express();
const title = process.env.SITE_TITLE || 'untitled';
app.get('/', (req, res) => res.send(title));
app.listen(3000);
