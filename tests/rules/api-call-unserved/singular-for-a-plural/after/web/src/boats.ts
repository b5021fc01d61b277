export const boats = () => fetch("/api/boats");
export const berth = (id: number) => fetch(`/api/boats/${id}/berth`);
