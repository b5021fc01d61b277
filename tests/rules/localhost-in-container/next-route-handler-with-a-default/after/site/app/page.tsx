export default function Page() {
  return <p>Entries</p>;
}
