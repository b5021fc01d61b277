export const items = () => fetch('/api/items').then((r) => r.json())
export const item = (id: number) => fetch(`/api/items/${id}`).then((r) => r.json())
