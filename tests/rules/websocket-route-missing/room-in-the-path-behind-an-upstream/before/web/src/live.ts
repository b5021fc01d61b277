const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";

export function listen(room: string, onMessage: (text: string) => void): WebSocket {
  const socket = new WebSocket(`${scheme}//${window.location.host}/rooms/${room}`);
  socket.onmessage = (event) => onMessage(event.data);
  return socket;
}
