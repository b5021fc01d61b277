import { apiGet, apiPost } from './client'

export const listOrders = () => apiGet('/orders')
export const createOrder = (o: object) => apiPost('/orders', o)
export const pay = (id: string) => apiPost(`/orders/${id}/pay`, {})
export const external = () => fetch('https://api.exchange.example.com/rates')
