const base = process.env.LEDGER_URL ?? "http://localhost:4600";

export async function GET() {
  const answer = await fetch(`${base}/entries`, { cache: "no-store" });
  return Response.json(await answer.json());
}
