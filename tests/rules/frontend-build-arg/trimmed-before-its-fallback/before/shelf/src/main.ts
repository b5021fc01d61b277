const root =
  (import.meta.env.VITE_SHELF_API_URL as string | undefined)?.trim() ||
  (import.meta.env.VITE_SHELF_URL as string | undefined)?.trim() ||
  "/api";

fetch(`${root}/books`).then(console.log);
