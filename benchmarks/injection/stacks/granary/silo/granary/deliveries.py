import asyncio
import logging

import aio_pika

from .settings import settings
from .stores import grain

logger = logging.getLogger(__name__)


async def take_in() -> None:
    delay = 5
    while True:
        try:
            connection = await aio_pika.connect(settings.rabbit_url)
            channel = await connection.channel()
            queue = await channel.declare_queue("deliveries")
            async with queue.iterator() as messages:
                async for message in messages:
                    await grain.deliveries.insert_one({"body": message.body.decode()})
                    await message.ack()
        except (OSError, aio_pika.exceptions.AMQPError):
            logger.warning("no broker, trying again in %s s", delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, 60)
