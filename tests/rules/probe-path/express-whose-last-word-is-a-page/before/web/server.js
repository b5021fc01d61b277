const path = require('path');
const express = require('express');

const app = express();
app.get('/health', (req, res) => res.send('ok'));
app.use((req, res) => res.sendFile(path.join(__dirname, 'index.html')));
app.listen(3000);
