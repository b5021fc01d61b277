const api: string = import.meta.env.VITE_API_URL
export const cart = () => fetch(api + '/cart')
cart()
