export async function GET() {
  return fetch(process.env.LEDGER_URL + "/entries");
}
