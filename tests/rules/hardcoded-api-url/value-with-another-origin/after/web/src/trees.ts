export async function trees(): Promise<unknown> {
  const answer = await fetch("/api/v1/trees");
  return answer.json();
}
