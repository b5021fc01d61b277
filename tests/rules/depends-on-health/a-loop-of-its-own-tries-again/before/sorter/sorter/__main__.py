import asyncio
import os

import asyncpg


async def main() -> None:
    while True:
        try:
            pool = await asyncpg.create_pool(os.environ["SHELF_URL"])
            break
        except OSError as error:
            print("no shelf yet:", error)
            await asyncio.sleep(2)
    await pool.execute("select 1")


asyncio.run(main())
