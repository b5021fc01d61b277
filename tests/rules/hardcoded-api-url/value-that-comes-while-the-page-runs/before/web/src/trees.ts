export async function trees(): Promise<unknown> {
  const answer = await fetch("http://localhost:8100/api/v1/trees");
  return answer.json();
}
