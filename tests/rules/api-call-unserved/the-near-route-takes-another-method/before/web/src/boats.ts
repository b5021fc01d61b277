export const boats = () => fetch("/api/boats");
export const berth = (boat: object) => fetch(`/api/boat`, { method: "POST", body: JSON.stringify(boat) });
