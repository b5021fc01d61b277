"""Tides off the wire."""

import asyncio
import logging

from confluent_kafka import Consumer, KafkaException

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
        delay = 5
        while True:
            try:
                # librdkafka wants a dict
                self.consumer = await asyncio.to_thread(Consumer, self.config)
                break
            except KafkaException as error:
                logger.warning("No connection, trying again in %s seconds: %s", delay, error)
                await asyncio.sleep(delay)
                delay = min(delay * 2, 60)
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
