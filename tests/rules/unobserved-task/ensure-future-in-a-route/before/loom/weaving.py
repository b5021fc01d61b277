from asyncio import ensure_future

import structlog

log = structlog.get_logger()


class Weaver:
    def accept(self, order):
        task = 'weave'
        log.info('accepted', order=order, task=task)
        ensure_future(self._weave(order))

    async def _weave(self, order):
        raise NotImplementedError(order)
