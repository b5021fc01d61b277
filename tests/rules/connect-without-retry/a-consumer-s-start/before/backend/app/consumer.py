"""Tides off the wire."""

import asyncio
import logging

from confluent_kafka import Consumer

logger = logging.getLogger(__name__)


class TideConsumer:
    """Reads one topic."""

    def __init__(self, servers):
        self.config = {"bootstrap.servers": servers, "group.id": "weir"}
        self.consumer = None
        self.running = False

    async def start(self):
        """Connect."""
        logger.info("creating the consumer")
        # librdkafka wants a dict
        self.consumer = await asyncio.to_thread(Consumer, self.config)
        self.consumer.subscribe(["tides"])  # one topic
        self.running = True

    async def consume(self):
        while self.running:
            message = self.consumer.poll(0)
            if message is None:
                await asyncio.sleep(0.1)


tides = TideConsumer("localhost:29092")


async def consume_tides():
    await tides.start()
    await tides.consume()
