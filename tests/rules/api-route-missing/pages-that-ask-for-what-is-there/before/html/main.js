fetch('/data/cities.json').then((r) => r.json());
fetch('/api/items').then((r) => r.json());
