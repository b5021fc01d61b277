import asyncio
from asyncio import sleep

import aio_pika as rabbit
import structlog

log = structlog.get_logger()
URL = "amqp://guest@localhost/"


async def connect():
	delay = 5
	while True:
		try:
			return await rabbit.connect_robust(URL)
		except (OSError, rabbit.exceptions.AMQPError) as error:
			log.warning(f"No connection, trying again in {delay} seconds: {error}")
			await asyncio.sleep(delay)
			delay = min(delay * 2, 60)
