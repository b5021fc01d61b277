import { request } from './client';

export const listOrders = () => request('/orders');
export const getOrder = (id) => request(`/orders/${id}`);
export const cancelOrder = (id) => request(`/orders/${id}`, { method: 'DELETE' });
