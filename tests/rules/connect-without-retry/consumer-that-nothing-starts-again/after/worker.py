import asyncio
import logging
import os

import aio_pika


async def main():
    delay = 5
    while True:
        try:
            connection = await aio_pika.connect(os.environ["AMQP_URL"])
            break
        except (OSError, aio_pika.exceptions.AMQPError) as error:
            logging.getLogger(__name__).warning(f"No connection, trying again in {delay} seconds: {error}")
            await asyncio.sleep(delay)
            delay = min(delay * 2, 60)
    channel = await connection.channel()
    queue = await channel.declare_queue("jobs", durable=True)
    async with queue.iterator() as messages:
        async for message in messages:
            async with message.process():
                print(message.body)


if __name__ == "__main__":
    asyncio.run(main())
