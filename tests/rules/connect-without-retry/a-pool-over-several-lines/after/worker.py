import asyncio
import logging
import os

import asyncpg

from heart import beat


async def listen():
    try:
        delay = 5
        while True:
            try:
                pool = await asyncpg.create_pool(
                    os.environ['DSN'],  # of the orders
                    # two are enough
                    max_size=2,
                )
                break
            except (OSError, asyncpg.PostgresError) as error:
                logging.getLogger(__name__).warning(f'No connection, trying again in {delay} seconds: {error}')
                await asyncio.sleep(delay)
                delay = min(delay * 2, 60)
        async with pool.acquire() as connection:
            await connection.add_listener('orders', print)
    except Exception as broken:
        print('no orders', broken)


async def main():
    listening = asyncio.ensure_future(listen())
    await beat()
    await listening


if __name__ == '__main__':
    asyncio.run(main())
