import os

import psycopg

with psycopg.connect(os.environ["STORE_URL"]) as store:
    print(store.execute("SELECT 1").fetchone())
