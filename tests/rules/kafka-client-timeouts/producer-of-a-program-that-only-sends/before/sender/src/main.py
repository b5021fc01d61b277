import asyncio
import json
import os

from confluent_kafka import Producer


class Sender:
    def __init__(self, servers):
        self.producer = Producer({"bootstrap.servers": servers, "acks": "all"})

    async def run(self):
        for number in range(8):
            self.producer.produce("letters", value=json.dumps({"number": number}))
        self.producer.flush()


async def main():
    await Sender(os.environ.get("KAFKA", "")).run()


if __name__ == "__main__":
    asyncio.run(main())
