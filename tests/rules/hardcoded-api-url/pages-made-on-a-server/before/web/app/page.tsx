export default async function Page() {
  const answer = await fetch("http://bakery:8000/api/loaves", { cache: "no-store" });
  return <pre>{await answer.text()}</pre>;
}
