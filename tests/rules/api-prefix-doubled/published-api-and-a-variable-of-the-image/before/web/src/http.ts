const API = import.meta.env.VITE_API_URL;

export const plants = () => fetch(`${API}/api/v1/plants`);
