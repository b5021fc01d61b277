const express = require('express');
const helmet = require('helmet');

const app = express();
app.use(helmet.contentSecurityPolicy({
  directives: {
    defaultSrc: ["'self'", 'http://localhost:9000'],
    scriptSrc: ["'self'"],
  },
}));
app.use(express.static('public'));
app.listen(3000);
