#!/usr/bin/env python3
import asyncio
import sys

from queues import next_job, tell


async def report():
	while True:
		await tell("alive")
		await asyncio.sleep(15)


async def main():
	loop = asyncio.get_running_loop()
	loop.create_task(report())
	while True:
		job = await next_job()
		await job()


if __name__ == "__main__":
	sys.exit(asyncio.run(main()))
