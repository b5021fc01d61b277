const API_BASE_URL = 'http://localhost:3000/api/v1';

export async function selectTowns() {
  const response = await fetch(`${API_BASE_URL}/towns/selection`);
  if (!response.ok) {
    throw new Error(`The back end answered ${response.status}`);
  }
  return response.json();
}
