import psycopg2

connection = psycopg2.connect(
    host="ledger",
    port=5432,
    user="bookkeeper",
    password="brass-otter-4",
    dbname="books",
)
