export const selection = () => fetch("/api/v1/towns/selection");

export const live = () => new WebSocket(`ws://${location.host}/api/live`);
