export const tides = () => fetch("/api/tides").then((answer) => answer.json());

export const live = new WebSocket(`ws://${window.location.host}/ws`);
