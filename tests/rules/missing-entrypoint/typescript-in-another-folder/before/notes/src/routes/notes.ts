import { Router } from 'express';

export const notes = Router();
notes.get('/', (request, response) => response.json([]));
