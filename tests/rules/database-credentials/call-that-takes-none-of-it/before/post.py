import os

import pymysql

connection = pymysql.connect(
    host=os.environ["DB_HOST"],
    user=os.environ["DB_USER"],
    password=os.environ["DB_PASSWORD"],
    db=os.environ["DB_SCHEMA"],
)
print(f"{os.environ['DB_NAME']} is open")
