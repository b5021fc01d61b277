import { BASE } from "./base";

export const plants = () => fetch(`${BASE}/plants`);
export const plant = (id: number) => fetch(`${BASE}/v1/plants/${id}`);
