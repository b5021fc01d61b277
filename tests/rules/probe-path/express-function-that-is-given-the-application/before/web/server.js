const express = require('express');
const addRoutes = require('./routes');

const web = express();
addRoutes(web);
web.listen(3000);
