const { WebSocketServer } = require('ws');
const wss = new WebSocketServer({ port: 8000, path: '/live/feed' });
wss.on('connection', (ws) => ws.send('hi'));
