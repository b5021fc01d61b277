import asyncio

from confluent_kafka import Consumer


async def run_feed():
    return Consumer({"bootstrap.servers": "localhost:9092", "group.id": "t"})


asyncio.run(run_feed())
