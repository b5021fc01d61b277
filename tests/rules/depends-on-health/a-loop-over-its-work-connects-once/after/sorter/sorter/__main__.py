import os
import time

import psycopg2

shelf = psycopg2.connect(os.environ["SHELF_URL"])
while True:
    try:
        with shelf.cursor() as cursor:
            cursor.execute("select 1")
    except psycopg2.Error as error:
        print(error)
        time.sleep(5)
