const root = import.meta.env.VITE_NOTES_URL || "";

fetch(`${root}/api/notes`).then(console.log);
