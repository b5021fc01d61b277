const API = "http://localhost:3000";

export const selection = () => fetch(`${API}/api/v1/towns/selection`);
