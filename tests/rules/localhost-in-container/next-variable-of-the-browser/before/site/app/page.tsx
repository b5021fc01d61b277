import { entries } from "../lib/ledger";
import { Button } from "./button";

export default async function Page() {
  const answer = await fetch(`${process.env.NEXT_PUBLIC_LEDGER_URL}/entries`);
  return <Button first={await answer.json()} />;
}
