const base = import.meta.env.VITE_API_URL || "http://localhost:9000";

export async function harvests(): Promise<unknown[]> {
  const answer = await fetch(`${base}/harvests`);
  return answer.json();
}
