export async function selection(): Promise<string[]> {
  const answer = await fetch("/api/entries/recent");
  return answer.json();
}
