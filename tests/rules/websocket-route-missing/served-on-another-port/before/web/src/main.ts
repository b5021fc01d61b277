const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
const socket = new WebSocket(`${scheme}//${window.location.host}/swim`);
socket.onmessage = (event) => console.log(event.data);
