const base = import.meta.env.VITE_API_BASE;

export const bins = async () => (await fetch(`${base}/bins`)).json();
export const deliveries = async () => (await fetch(`${base}/deliveries`)).json();
export const weather = async () => (await fetch("https://weather.example.org/today.json")).json();

export function weights(show) {
  const socket = new WebSocket(`wss://${location.host}/live/weights`);
  socket.onmessage = (event) => show(JSON.parse(event.data));
  return socket;
}
