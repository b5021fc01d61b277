const proto = location.protocol === 'https:' ? 'wss:' : 'ws:';
const socket = new WebSocket(proto + '//' + location.host + '/ws/chat');
socket.addEventListener('message', (e) => { document.title = e.data; });
