const SERVER = `${window.location.origin.replace(/^http/, "ws")}/ws`;

export function follow(boat) {
  return new WebSocket(`${SERVER}/boats/${boat}`);
}

export const weather = () => new WebSocket(`${window.location.origin.replace(/^http/, "ws")}/ws/weather`);
