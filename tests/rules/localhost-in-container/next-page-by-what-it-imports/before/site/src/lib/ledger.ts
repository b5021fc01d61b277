export async function entries() {
  return (await fetch(process.env.LEDGER_URL + "/entries")).json();
}
