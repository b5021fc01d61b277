const API = "http://localhost:8000";

export const books = () => fetch(`${API}/books`);
