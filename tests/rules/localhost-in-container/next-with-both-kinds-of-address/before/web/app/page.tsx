const base = process.env.INTERNAL_API_URL ?? process.env.NEXT_PUBLIC_API_URL

export default async function Page() {
  const res = await fetch(`${base}/api/posts`)
  return <pre>{JSON.stringify(await res.json())}</pre>
}
