import asyncio
import os

import asyncpg


async def main():
    pool = await asyncpg.create_pool(
        host=os.environ["PG_SERVER"],
        user=os.environ["PG_LOGIN"],
        password=os.environ["PG_SECRET"],
        database="postgres",
    )
    print(await pool.fetchval("SELECT 1"))


asyncio.run(main())
