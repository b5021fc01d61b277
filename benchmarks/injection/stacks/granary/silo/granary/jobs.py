from celery import Celery

from .settings import settings

app = Celery("granary", broker=settings.rabbit_url)


@app.task
def sort(number: int) -> int:
    return number % settings.bin_count
