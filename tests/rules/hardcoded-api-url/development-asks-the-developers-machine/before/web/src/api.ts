const API_URL = import.meta.env.DEV ? "http://localhost:8000/api" : "/api";

let events = "/api/events";
if (window.location.hostname === "localhost") {
  events = "http://localhost:8000/api/events";
  void fetch("http://localhost:8000/api/warm-up");
}

export const loaves = () => fetch(`${API_URL}/loaves`);
export const follow = () => new EventSource(events);
