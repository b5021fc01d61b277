const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
const socket = new WebSocket(`${scheme}://${location.host}/ws/rooms`);
fetch('/api/rooms').then((r) => r.json());
socket.onmessage = (e) => console.log(e.data);
