import express from 'express';
import { settings } from './settings';

async function main(): Promise<void> {
  const app = express();
  app.get('/tide', (_request, response) => void response.json(settings));
  app.listen(8210);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
