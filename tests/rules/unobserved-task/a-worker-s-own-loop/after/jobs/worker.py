#!/usr/bin/env python3
import asyncio
import logging
import sys

from queues import next_job, tell


async def report():
	while True:
		await tell("alive")
		await asyncio.sleep(15)


_background_tasks = set()


def _task_done(task):
	_background_tasks.discard(task)
	if not task.cancelled() and task.exception() is not None:
		logging.getLogger(__name__).error("Background task failed", exc_info=task.exception())


async def main():
	loop = asyncio.get_running_loop()
	task = loop.create_task(report())
	_background_tasks.add(task)
	task.add_done_callback(_task_done)
	while True:
		job = await next_job()
		await job()


if __name__ == "__main__":
	sys.exit(asyncio.run(main()))
