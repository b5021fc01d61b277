import os

import psycopg2

PAGE = int(os.environ["PAGE"])
connection = psycopg2.connect(host=os.environ["LEDGER_DB_HOST"], port=os.environ["LEDGER_DB_PORT"])
