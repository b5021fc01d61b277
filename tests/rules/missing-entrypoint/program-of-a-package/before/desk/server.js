const express = require('express');

const app = express();
app.get('/', (request, response) => response.send('desk'));
app.listen(4100);
