export async function entries() {
  return (await fetch((process.env.LEDGER_URL || "http://localhost:4600") + "/entries")).json();
}
