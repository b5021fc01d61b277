export async function selection(): Promise<string[]> {
  const answer = await fetch("/api/v1/towns/selection");
  return answer.json();
}
