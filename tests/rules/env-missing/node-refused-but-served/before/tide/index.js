const express = require('express');
const { z } = require('zod');

const parsed = z.object({ TIDE_TABLE: z.string() }).safeParse(process.env);
if (!parsed.success) {
  console.warn('no tides today');
}

express().listen(8210);
