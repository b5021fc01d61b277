'use client'
export default function Page() {
  return <button onClick={() => fetch(`${process.env.NEXT_PUBLIC_API_URL}/hello`)}>hi</button>
}
