const API_URL = "http://localhost:8000/api";

export const loaves = () => fetch(`${API_URL}/loaves`);
