import express from 'express';
import { settings } from './settings.js';

const app = express();
app.get('/tide', (request, response) => response.json(settings));
app.listen(8210);
