import os

from confluent_kafka import Consumer

conf = {"bootstrap.servers": "b:9092", "group.id": "g"}
conf["socket.timeout.ms"] = int(os.environ.get("KAFKA_SOCKET", "8000"))


def opened():
    return Consumer(conf)


async def run_feed():
    opened().subscribe(["a"])
