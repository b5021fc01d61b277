export async function GET() {
  return fetch((process.env.LEDGER_URL || "http://localhost:4600") + "/entries");
}
