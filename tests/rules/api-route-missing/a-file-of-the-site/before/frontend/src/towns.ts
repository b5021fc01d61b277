export async function selection(): Promise<string[]> {
  const answer = await fetch("/api/settings.json");
  return answer.json();
}
