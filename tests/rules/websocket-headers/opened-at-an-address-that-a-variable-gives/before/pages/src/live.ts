const base = import.meta.env.VITE_SOCKETS ?? "wss://ledger.example.org";

export function live(reader: string): WebSocket {
  return new WebSocket(`${base}/ws/${reader}`);
}
