const API_URL = import.meta.env.VITE_API_URL ?? '/api';

async function request<T>(path: string): Promise<T> {
  const answer = await fetch(`${API_URL}${path}`);
  return (await answer.json()) as T;
}

export const loaves = () => request<string[]>("/loaves");
export const ovens = () => request<string[]>("/ovens");
