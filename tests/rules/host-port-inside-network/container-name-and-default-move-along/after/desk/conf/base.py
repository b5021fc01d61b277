"""Where the desk finds its services."""

import os

LEDGER_URL = os.environ.get("LEDGER_URL", 'http://ledger:8000')  # inside the network
