const relay = import.meta.env.VITE_RELAY_URL;

export async function harvests(): Promise<unknown[]> {
  if (relay) {
    new WebSocket(relay);
  }
  console.log(import.meta.env.MODE, import.meta.env.BASE_URL, import.meta.env.VITE_APP_TITLE);
  const answer = await fetch("/api/harvests");
  return answer.json();
}
