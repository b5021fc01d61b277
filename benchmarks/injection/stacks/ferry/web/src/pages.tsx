import { useEffect, useState } from "react";
import { departures, harbours, watch } from "./calls";

export function Departures() {
  const [rows, setRows] = useState<{ id: number; harbour: string }[]>([]);
  useEffect(() => {
    departures().then(setRows);
    return watch(() => departures().then(setRows));
  }, []);
  return <ul>{rows.map((row) => <li key={row.id}>{row.harbour}</li>)}</ul>;
}

export function Harbours() {
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    harbours().then(setNames);
  }, []);
  return <ul>{names.map((name) => <li key={name}>{name}</li>)}</ul>;
}
