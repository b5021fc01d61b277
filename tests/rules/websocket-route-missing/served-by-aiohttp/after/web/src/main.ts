const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
const socket = new WebSocket(`${scheme}//${window.location.host}/api/fish/swim`);
socket.onmessage = (event) => console.log(event.data);
