const origin = process.env.NEXT_PUBLIC_API_ORIGIN ?? "https://api.loom.example";

export default function Page() {
  return <button onClick={() => fetch(`${origin}/weave`)}>Weave</button>;
}
