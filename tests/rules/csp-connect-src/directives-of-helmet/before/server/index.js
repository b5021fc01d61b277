const path = require('path');
const express = require('express');
const helmet = require('helmet');

const app = express();
app.use(helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      connectSrc: ["'self'"],
    },
  },
}));
app.use(express.static(path.join(__dirname, 'public')));
app.listen(3000);
