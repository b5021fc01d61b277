import os

import psycopg2
from tenacity import retry, stop_after_attempt, wait_fixed


@retry(stop=stop_after_attempt(10), wait=wait_fixed(3))
def connection():
    return psycopg2.connect(os.environ["SHELF_URL"])


with connection() as shelf:
    print(shelf)
