import { Sheets } from "./sheets";

export const dynamic = "force-dynamic";

export default async function Page() {
  const answer = await fetch(`${process.env.API_URL}/v1/sheets`);
  return <Sheets first={await answer.json()} />;
}
