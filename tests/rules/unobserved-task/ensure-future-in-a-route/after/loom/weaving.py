from asyncio import ensure_future

import structlog

log = structlog.get_logger()


_background_tasks = set()


def _task_done(task):
    _background_tasks.discard(task)
    if not task.cancelled() and task.exception() is not None:
        log.error('Background task failed', exc_info=task.exception())


class Weaver:
    def accept(self, order):
        task = 'weave'
        log.info('accepted', order=order, task=task)
        background_task = ensure_future(self._weave(order))
        _background_tasks.add(background_task)
        background_task.add_done_callback(_task_done)

    async def _weave(self, order):
        raise NotImplementedError(order)
