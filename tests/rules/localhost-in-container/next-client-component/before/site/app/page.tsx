/* The whole page is the browser's. */
"use client";

import { entries } from "../lib/ledger";

export default function Page() {
  return <button onClick={() => entries()}>Entries</button>;
}
