const root = (import.meta.env.VITE_CATALOGUE_URL as string).trim();

fetch(`${root}/books`).then(console.log);
