import os

import psycopg

with psycopg.connect(os.environ["LEDGER_URL"]) as connection:
    print(connection.execute("select 1").fetchone())
