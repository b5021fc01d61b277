export const items = () => fetch('/api/itmes').then((r) => r.json())
export const item = (id: number) => fetch(`/api/items/${id}`).then((r) => r.json())
