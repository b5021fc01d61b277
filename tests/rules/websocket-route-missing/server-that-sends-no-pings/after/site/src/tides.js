const socket = new WebSocket("ws://" + window.location.host + "/live/tides");
socket.onmessage = (event) => console.log(event.data);
fetch("/api/tides");
