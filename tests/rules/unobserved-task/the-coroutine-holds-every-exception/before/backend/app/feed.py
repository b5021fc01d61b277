import asyncio
import logging

from project import read

logger = logging.getLogger(__name__)


class Feed:
    def __init__(self):
        self.running = False

    async def run(self):
        """Read for ever."""
        self.running = True
        logger.info("feed begins")
        delay = 5
        while self.running:
            try:
                await read()
                delay = 5
            except asyncio.CancelledError:
                raise
            except Exception:
                logger.exception("feed broke")
                await asyncio.sleep(delay)
                delay = min(delay * 2, 60)


feed = Feed()
