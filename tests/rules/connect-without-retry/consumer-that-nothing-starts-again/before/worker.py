import asyncio
import os

import aio_pika


async def main():
    connection = await aio_pika.connect(os.environ["AMQP_URL"])
    channel = await connection.channel()
    queue = await channel.declare_queue("jobs", durable=True)
    async with queue.iterator() as messages:
        async for message in messages:
            async with message.process():
                print(message.body)


if __name__ == "__main__":
    asyncio.run(main())
