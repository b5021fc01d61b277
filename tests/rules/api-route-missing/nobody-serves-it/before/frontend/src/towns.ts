export async function selection(): Promise<string[]> {
  const answer = await fetch("/api/v2/weather");
  return answer.json();
}
