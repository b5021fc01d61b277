import asyncio
import json
import logging

from confluent_kafka import Consumer, KafkaException

from app.core.config import settings

logger = logging.getLogger(__name__)


class TrafficConsumer:
    def __init__(self) -> None:
        self.consumer = None
        self.running = False
        self.consumer_config = {
            "bootstrap.servers": settings.KAFKA_BOOTSTRAP_SERVERS,
            "group.id": settings.KAFKA_GROUP_ID,
            "auto.offset.reset": "latest",
            "enable.auto.commit": True,
        }

    async def start(self) -> None:
        self.consumer = Consumer(self.consumer_config)
        self.consumer.subscribe([settings.KAFKA_TOPIC])
        self.running = True
        logger.info("Subscribed to %s", settings.KAFKA_TOPIC)

    async def consume_messages(self) -> None:
        while self.running:
            message = self.consumer.poll(0.1)
            if message is None:
                await asyncio.sleep(0.1)
                continue
            if message.error():
                raise KafkaException(message.error())
            self.handle(json.loads(message.value()))

    def handle(self, flow: dict) -> None:
        logger.debug("Flow from %s to %s", flow.get("src"), flow.get("dst"))

    async def stop(self) -> None:
        self.running = False
        if self.consumer is not None:
            self.consumer.close()


traffic_consumer = TrafficConsumer()


async def start_consumer_loop() -> None:
    await traffic_consumer.start()
    await traffic_consumer.consume_messages()
