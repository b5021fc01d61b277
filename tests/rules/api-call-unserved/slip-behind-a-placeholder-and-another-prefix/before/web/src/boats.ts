const API = "/backend";

export const boats = () => fetch(`${API}/boats`);
export const berth = (id: number) => fetch(`${API}/boats/${id}/bert?quick=1`);
