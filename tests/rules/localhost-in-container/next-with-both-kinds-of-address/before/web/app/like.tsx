'use client'
export function Like({ id }: { id: string }) {
  return <button onClick={() => fetch(`${process.env.NEXT_PUBLIC_API_URL}/api/posts/${id}/like`, { method: 'POST' })}>+1</button>
}
