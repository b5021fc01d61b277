const http = require('http');
const express = require('express');
const { createTerminus } = require('@godaddy/terminus');

const app = express();
app.get('/status', (req, res) => res.send('ok'));
const server = http.createServer(app);
createTerminus(server, { healthChecks: { '/healthz': async () => {} } });
server.listen(3000);
