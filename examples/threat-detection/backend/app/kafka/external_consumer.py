import asyncio
import json
import logging

from confluent_kafka import Consumer, KafkaException

from app.core.config import settings

logger = logging.getLogger(__name__)


class ExternalConsumer:
    def __init__(self) -> None:
        self.consumer = None
        self.running = False

    def is_enabled(self) -> bool:
        return settings.EXTERNAL_KAFKA_ENABLED

    async def start(self) -> None:
        self.consumer = Consumer(
            {
                "bootstrap.servers": settings.KAFKA_BOOTSTRAP_SERVERS,
                "group.id": f"{settings.KAFKA_GROUP_ID}-external",
                "auto.offset.reset": "earliest",
            }
        )
        self.consumer.subscribe([settings.KAFKA_EXTERNAL_TOPIC])
        self.running = True

    async def consume_messages(self) -> None:
        while self.running:
            message = self.consumer.poll(0.1)
            if message is None:
                await asyncio.sleep(0.1)
                continue
            if message.error():
                raise KafkaException(message.error())
            logger.info("External flow %s", json.loads(message.value()))

    async def stop(self) -> None:
        self.running = False
        if self.consumer is not None:
            self.consumer.close()


external_consumer = ExternalConsumer()


async def start_external_consumer_loop() -> None:
    if not external_consumer.is_enabled():
        return
    await external_consumer.start()
    await external_consumer.consume_messages()
