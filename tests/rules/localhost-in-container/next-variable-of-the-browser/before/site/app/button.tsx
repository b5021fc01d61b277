"use client";

import { entries } from "../lib/ledger";

export function Button({ first }) {
  return <button onClick={() => entries()}>{first.length}</button>;
}
