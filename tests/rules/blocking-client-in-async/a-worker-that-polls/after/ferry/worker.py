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
	consumer = await aio.to_thread(ck.Consumer, CONFIG)
	print((await aio.to_thread(consumer.list_topics)).topics)
	consumer.subscribe(["crossings"])
	while not beat.done():
		message = await aio.to_thread( consumer.poll, 1.0 )
		if message is not None:
			await landing.land(message)


if __name__ == "__main__":
	import asyncio

	asyncio.run(main())
