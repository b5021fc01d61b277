import { listOrders } from './api/orders';
listOrders();
