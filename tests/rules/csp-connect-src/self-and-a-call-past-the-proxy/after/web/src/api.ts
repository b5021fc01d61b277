const API = "";

export const selection = () => fetch(`${API}/api/v1/towns/selection`);
