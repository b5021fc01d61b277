const API = "/backend";

export const boats = () => fetch(`${API}/boats`);
export const berth = (id: number) => fetch(`${API}/boats/${id}/berth?quick=1`);
