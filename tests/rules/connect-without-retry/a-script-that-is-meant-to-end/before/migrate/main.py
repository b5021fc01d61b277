import asyncio

import asyncpg


async def main():
    connection = await asyncpg.connect("postgresql://localhost/orders")
    await connection.execute("SELECT 1")


if __name__ == "__main__":
    asyncio.run(main())

