import { useSettings } from "./settings";

export function useHarvest(year: number): () => Promise<Response> {
  const settings = useSettings();
  const base = (settings?.apiBase || "http://localhost:8100").replace(/\/$/, "");
  return () => fetch(`${base}/api/v1/harvests/${year}`);
}
