const express = require('express');
const { z } = require('zod');

const env = z
  .object({
    TIDE_TABLE: z.string().optional(),
    PIER: z.string().default('north'),
    LAMP: z.coerce.boolean(),
    BOAT: z.string().catch('none'),
    ROPE: z.preprocess((value) => value ?? 'hemp', z.string()),
  })
  .parse(process.env);

express().listen(8210);
