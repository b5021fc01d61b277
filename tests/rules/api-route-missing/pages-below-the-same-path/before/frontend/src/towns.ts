export async function selection(): Promise<string[]> {
  const answer = await fetch("/towns/selection");
  return answer.json();
}

export const pages = [{ path: "/towns/map" }, { path: "/" }];
