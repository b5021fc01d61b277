export async function harvests(year: number): Promise<unknown> {
  const answer = await fetch(`http://localhost:8000/api/v1/harvests/${year}`);
  return answer.json();
}

export async function trees(): Promise<unknown> {
  // The nursery wants the whole list.
  const answer = await fetch("http://localhost:8000/api/v1/trees", {
    headers: { Accept: "application/json" },
  });
  return answer.json();
}

export const updates = () => new EventSource('http://127.0.0.1:8000/api/v1/stream?since=0');
