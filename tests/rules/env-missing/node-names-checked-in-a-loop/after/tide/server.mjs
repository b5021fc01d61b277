import express from 'express';

const required = ['LAMP_PERIOD', 'TIDE_TABLE'];
const missing = required.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`Missing: ${missing.join(', ')}`);
  process.exit(1);
}

express().listen(8210);
