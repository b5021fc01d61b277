import asyncio
import os

from confluent_kafka import Consumer, KafkaException

from receiver.handling import handle

SETTINGS = {
    "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
    "group.id": "receivers",
    "socket.timeout.ms": 10000,
    "session.timeout.ms": 30000,
}


async def receive():
    delay = 5
    while True:
        try:
            consumer = await asyncio.to_thread(Consumer, SETTINGS)
            consumer.subscribe(["signals"])
            while True:
                message = await asyncio.to_thread(consumer.poll, 1.0)
                if message is not None and not message.error():
                    await handle(message.value())
        except KafkaException:
            await asyncio.sleep(delay)
            delay = min(delay * 2, 60)
