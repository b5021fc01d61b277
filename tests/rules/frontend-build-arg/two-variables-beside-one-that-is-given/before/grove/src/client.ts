const api = import.meta.env.VITE_API_URL;
const live = import.meta.env.VITE_LIVE_WS_URL;
const maps = import.meta.env.VITE_MAPS_HOST;

export async function harvests(): Promise<unknown[]> {
  new WebSocket(`${live}/picking`);
  const answer = await fetch(`${api}/harvests?map=${maps}`);
  return answer.json();
}
