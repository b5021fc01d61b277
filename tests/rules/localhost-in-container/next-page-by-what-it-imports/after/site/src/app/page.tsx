// What the ledger holds.
import { entries } from "@/lib/ledger";

export const dynamic = "force-dynamic";

export default async function Page() {
  return <ol>{(await entries()).map((one: string) => <li key={one}>{one}</li>)}</ol>;
}
