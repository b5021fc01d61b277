#  Copyright of nobody.

import asyncio
import subprocess

import psycopg2

URL = "postgresql://localhost/orders"


async def prepare() -> None:
    await asyncio.to_thread(subprocess.run, ["alembic", "upgrade", "head"], check=True)
    with await asyncio.to_thread(psycopg2.connect, URL) as connection:
        connection.cursor().execute("SELECT 1")
