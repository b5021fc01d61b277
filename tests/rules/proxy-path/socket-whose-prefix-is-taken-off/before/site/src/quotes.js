const socket = new WebSocket("ws://" + window.location.host + "/live/quotes");
socket.onmessage = (event) => console.log(event.data);
