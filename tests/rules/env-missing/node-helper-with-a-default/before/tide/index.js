import express from 'express';

function setting(name, fallback) {
  const value = process.env[name];
  if (!value) {
    if (fallback !== undefined) return fallback;
    throw new Error(`${name} is not set`);
  }
  return value;
}

const table = setting('TIDE_TABLE', 'north');
express().listen(8210, () => console.log(table));
