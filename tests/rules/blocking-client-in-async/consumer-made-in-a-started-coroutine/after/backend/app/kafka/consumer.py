"""Traffic off the wire."""
import asyncio
import logging

from confluent_kafka import Consumer, KafkaError, KafkaException

logger = logging.getLogger(__name__)


class TrafficConsumer:
    """Reads one topic."""

    def __init__(self, servers: str):
        self.config = {"bootstrap.servers": servers, "group.id": "weir"}
        self.consumer = None
        self.running = False

    async def start(self):
        logger.info("creating the consumer")
        delay = 5
        while True:
            try:
                self.consumer = await asyncio.to_thread(Consumer, self.config)
                break
            except KafkaException as error:
                logger.warning("No connection, trying again in %s seconds: %s", delay, error)
                await asyncio.sleep(delay)
                delay = min(delay * 2, 60)
        self.consumer.subscribe(["traffic"])
        self.running = True

    async def consume(self):
        while self.running:
            message = self.consumer.poll(0)
            if message is None:
                await asyncio.sleep(0.1)
                continue
            if message.error() and message.error().code() != KafkaError._PARTITION_EOF:
                logger.error("broken: %s", message.error())


traffic = TrafficConsumer("localhost:29092")


async def start_consumer_loop():
    try:
        await traffic.start()
        await traffic.consume()
    except KeyboardInterrupt:
        logger.info("no more traffic")
