include("ledger", "portal")
