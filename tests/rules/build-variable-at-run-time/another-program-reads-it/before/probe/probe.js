fetch(`${process.env.VITE_API_URL}/health`).then((r) => process.exit(r.ok ? 0 : 1));
