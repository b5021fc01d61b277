async function load() {
  const items = await fetch('/api/items');
  const stock = await fetch('/api/stock');
  return [await items.json(), await stock.json()];
}
load();
