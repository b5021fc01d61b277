import os

from celery import Celery, shared_task

celery = Celery("tasks", broker=os.environ["BROKER_URL"])


@celery.task
def remind(reader: str) -> None:
    from store import shelf

    shelf.rpush("reminders", reader)


@shared_task(bind=True)
def tidy(self) -> None:
    import store

    store.shelf.expire("loans", 60)


def archive(year: int) -> None:
    from store import shelf

    shelf.delete(str(year))
