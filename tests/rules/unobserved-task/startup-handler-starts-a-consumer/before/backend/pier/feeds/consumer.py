import logging

from tides import Gauge

logger = logging.getLogger(__name__)


class TideConsumer:
    def __init__(self) -> None:
        self.client = None

    async def start(self) -> None:
        self.client = Gauge("localhost:29092")
        await self.client.open()

    async def run(self) -> None:
        await self.start()
        async for message in self.client:
            logger.info("tide %s", message.value)


consumer = TideConsumer()
