import os

from confluent_kafka import Consumer

conf = {"bootstrap.servers": "b:9092", "group.id": "g"}
conf["socket.timeout.ms"] = int(os.environ.get("KAFKA_SOCKET", "8000"))


async def run_feed():
    consumer = Consumer(conf)
    consumer.subscribe(["a"])
