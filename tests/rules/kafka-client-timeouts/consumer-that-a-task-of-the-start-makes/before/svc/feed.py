from confluent_kafka import Consumer


class Feed:
    def __init__(self, servers: str) -> None:
        self.conf = {
            "bootstrap.servers": servers,
            "group.id": "feed",  # one for all
        }

    def open(self) -> None:
        self.client = Consumer(self.conf)
        self.client.subscribe(["flows"])


async def run_feed() -> None:
    feed = Feed("localhost:9092")
    feed.open()
