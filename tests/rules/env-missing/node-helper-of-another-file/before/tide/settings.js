import { required } from './required.js';

export const settings = {
  period: Number(process.env.LAMP_PERIOD ?? 30),
  tide: { table: required('TIDE_TABLE') },
};
