const express = require('express');

const { TIDE_TABLE: table } = process.env;

async function main() {
  if (!table) {
    throw new Error('no table');
  }
  express().listen(8210);
}

void main();
