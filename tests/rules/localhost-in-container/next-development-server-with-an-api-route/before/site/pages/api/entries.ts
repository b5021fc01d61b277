export default async function handler(request, response) {
  const answer = await fetch(new URL("entries", process.env.LEDGER_URL));
  response.json(await (await fetch(`${process.env.LEDGER_URL}entries`)).json());
}
