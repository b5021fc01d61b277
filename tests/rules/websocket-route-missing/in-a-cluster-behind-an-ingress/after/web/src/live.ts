const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";

export function listen(onMessage: (text: string) => void): WebSocket {
  const socket = new WebSocket(`${scheme}//${window.location.host}/ws`);
  socket.onmessage = (event) => onMessage(event.data);
  return socket;
}
