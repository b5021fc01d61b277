const SERVER = "ws://localhost:7000/ws";

export function follow(boat) {
  return new WebSocket(`${SERVER}/boats/${boat}`);
}

export const weather = () => new WebSocket(`ws://localhost:7000/ws/weather`);
