import asyncio
import os

from confluent_kafka import DeserializingConsumer

CONFIG = {
    'bootstrap.servers' : os.environ['BROKERS'],
    'group.id' : 'worker'
}


async def main():
    consumer = DeserializingConsumer(CONFIG)
    consumer.subscribe(['jobs'])
    while True:
        consumer.poll(1.0)
        await asyncio.sleep(0)


if __name__ == '__main__':
    asyncio.run(main())
