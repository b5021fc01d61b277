import os

import psycopg2

connection = psycopg2.connect(
    host=os.environ["DB_HOST"],
    user=os.environ["DB_USER"],
    password=os.environ["DB_PASSWORD"],
    dbname=os.getenv("DB_NAME", "mill_dev"),
)
