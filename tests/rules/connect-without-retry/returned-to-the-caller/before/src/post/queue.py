from asyncio import sleep

import aio_pika as rabbit
import structlog

log = structlog.get_logger()
URL = "amqp://guest@localhost/"


async def connect():
	return await rabbit.connect_robust(URL)
