from confluent_kafka import Consumer


def opened():
    return Consumer({"bootstrap.servers": "b:9092", "group.id": "g", "session.timeout.ms": 6000})


async def run_feed():
    opened().subscribe(["a"])
