console.log("ledger");
