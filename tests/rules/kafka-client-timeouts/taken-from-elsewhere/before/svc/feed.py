from confluent_kafka import Consumer

from svc.base import BASE


async def run_feed():
    consumer = Consumer({**BASE, "bootstrap.servers": "b:9092", "group.id": "g"})
    consumer.subscribe(["a"])
