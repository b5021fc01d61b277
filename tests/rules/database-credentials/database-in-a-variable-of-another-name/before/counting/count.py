import os

import psycopg2

PLACE = {
    "host": os.environ["STORE_HOST"],
    "dbname": os.environ["LEDGER_SCHEMA"],
    "user": os.environ["LEDGER_ROLE"],
    "password": os.environ["LEDGER_SECRET"],
}

with psycopg2.connect(**PLACE) as connection:
    print(connection.cursor())
