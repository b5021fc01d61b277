import os

import psycopg2
from fastapi import FastAPI

app = FastAPI()
connection = psycopg2.connect(
    host=os.environ.get("LEDGER_HOST", "127.0.0.1"),
    port=os.environ.get("LEDGER_PORT", "5432"),
    dbname=os.environ.get("LEDGER_NAME", "accounts"),
    user=os.environ.get("LEDGER_USER", "clerk"),
    password=os.environ.get("LEDGER_PASSWORD", ""),
)
