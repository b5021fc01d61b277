export const departures = () => fetch("/api/departures").then((answer) => answer.json());
export const harbours = () => fetch("/api/harbours").then((answer) => answer.json());

export function watch(changed: () => void) {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${window.location.host}/ws/delays`);
  socket.onmessage = changed;
  return () => socket.close();
}
