import psycopg

with psycopg.connect("host=store user=ledger dbname=ledger") as connection:
    connection.execute("SELECT 1")
