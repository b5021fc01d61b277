from confluent_kafka import Consumer


async def run_feed():
    consumer = Consumer({"bootstrap.servers": "b:9092", "group.id": "g", "session.timeout.ms": 6000})
    consumer.subscribe(["a"])
