import asyncio

from kafka import KafkaProducer


async def feed(name: str, producer: KafkaProducer) -> None:
    while True:
        producer.send("ticks", name.encode())
        await asyncio.sleep(1)


async def main() -> None:
    producer = KafkaProducer(bootstrap_servers="broker:9092")
    await asyncio.gather(*(feed(name, producer) for name in ("oats", "rye")))


asyncio.run(main())
