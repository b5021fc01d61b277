const base = import.meta.env.VITE_API_URL || "https://shop.example.org/api";

export async function harvests(): Promise<unknown[]> {
  const answer = await fetch(`${base}/harvests`);
  return answer.json();
}
