from celery import Celery

app = Celery("jobs", broker="redis://queue:6379/0")
