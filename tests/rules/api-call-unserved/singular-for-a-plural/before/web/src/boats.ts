export const boats = () => fetch("/api/boat");
export const berth = (id: number) => fetch(`/api/boats/${id}/berth`);
