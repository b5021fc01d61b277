"""Carries messages over."""

import confluent_kafka as ck

from ferry import beating, landing

CONFIG = {
	"bootstrap.servers": "broker:9092",
	"group.id": "ferry",
}


async def main():
	import asyncio as aio

	beat = aio.create_task(beating.beat())
	consumer = ck.Consumer(CONFIG)
	print(consumer.list_topics().topics)
	consumer.subscribe(["crossings"])
	while not beat.done():
		message = consumer.poll( 1.0 )
		if message is not None:
			await landing.land(message)


if __name__ == "__main__":
	import asyncio

	asyncio.run(main())
