export async function selection(): Promise<string[]> {
  const answer = await fetch("/api/towns/selection");
  return answer.json();
}
