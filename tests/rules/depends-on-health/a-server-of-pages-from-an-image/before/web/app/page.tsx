export default async function Page() {
  const found = await fetch(process.env.ORIGIN + "/books");
  return <p>{await found.text()}</p>;
}
