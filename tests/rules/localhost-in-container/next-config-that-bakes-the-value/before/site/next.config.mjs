export default {
  output: "standalone",
  env: { LEDGER_URL: process.env.LEDGER_URL ?? "http://ledger:4500" },
};
