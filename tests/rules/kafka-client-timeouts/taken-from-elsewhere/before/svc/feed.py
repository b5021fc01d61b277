from confluent_kafka import Consumer

from svc.base import BASE


def opened():
    return Consumer({**BASE, "bootstrap.servers": "b:9092", "group.id": "g"})


async def run_feed():
    opened().subscribe(["a"])
