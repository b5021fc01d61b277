const root = import.meta.env.VITE_NOTES_URL || "http://localhost:8200";

fetch(`${root}/api/notes`).then(console.log);
