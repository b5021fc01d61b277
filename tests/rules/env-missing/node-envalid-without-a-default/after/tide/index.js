const express = require('express');
const { cleanEnv, num, str } = require('envalid');

const env = cleanEnv(process.env, {
  LAMP_PERIOD: num({ default: 30 }),
  TIDE_TABLE: str({ desc: 'where the tides are' }),
  PIER: str({ devDefault: 'north' }),
});

express().listen(8210);
