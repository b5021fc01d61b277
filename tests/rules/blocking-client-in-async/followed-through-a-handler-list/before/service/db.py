#  Copyright of nobody.

import subprocess

import psycopg2

URL = "postgresql://localhost/orders"


async def prepare() -> None:
    subprocess.run(["alembic", "upgrade", "head"], check=True)
    with psycopg2.connect(URL) as connection:
        connection.cursor().execute("SELECT 1")
