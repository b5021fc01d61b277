const API = import.meta.env.VITE_API_URL;

export const plants = () => fetch(API + "/v1/plants");
export const plant = (id: number) => fetch(`${API}/v1/plants/${id}?full=yes`);
