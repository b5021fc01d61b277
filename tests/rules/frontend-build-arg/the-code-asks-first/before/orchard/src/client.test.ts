fetch(`${import.meta.env.VITE_TEST_API_URL}/x`);
