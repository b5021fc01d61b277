const API_URL = import.meta.env.VITE_API_URL;

export interface Risk {
  id: number;
  asset: number;
  title: string;
  level: number;
}

export async function risks(): Promise<Risk[]> {
  const answer = await fetch(`${API_URL}/api/v1/risks`, { credentials: 'include' });
  if (!answer.ok) {
    throw new Error(`risks: ${answer.status}`);
  }
  return answer.json();
}
