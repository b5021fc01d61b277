import { useSettings } from "./settings";

export function useHarvest(year: number): () => Promise<Response> {
  const settings = useSettings();
  const base = (settings?.mapBase ?? "http://localhost:8200").replace(/\/$/, "");
  return () => fetch(`${base}/api/v1/harvests/${year}`);
}
