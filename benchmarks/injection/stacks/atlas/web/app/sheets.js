"use client";

import { useEffect, useState } from "react";

const api = process.env.NEXT_PUBLIC_API_URL;

export function Sheets({ first }) {
  const [sheets, setSheets] = useState(first);
  useEffect(() => {
    fetch(`${api}/v1/sheets`, { credentials: "include" })
      .then((answer) => answer.json())
      .then(setSheets);
  }, []);
  return <ol>{sheets.map((sheet) => <li key={sheet.id}>{sheet.title}</li>)}</ol>;
}
