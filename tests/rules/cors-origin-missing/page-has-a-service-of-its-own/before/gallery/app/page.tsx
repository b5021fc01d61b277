const till = process.env.NEXT_PUBLIC_TILL || "http://localhost:8100";

export default async function Page() {
  const answer = await fetch(`${till}/prices`);
  return <pre>{await answer.text()}</pre>;
}
