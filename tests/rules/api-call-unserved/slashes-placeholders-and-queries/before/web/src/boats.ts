export const boats = (query: string) => fetch(`/api/boats${query}`);
export const tides = () => fetch("/api/tides/");
export const berth = (id: number) => fetch(`/api/boats/${id}/berth?now=1`, { method: "POST" });
