from celery import Celery

app = Celery("sorter", broker="redis://:tin-tray@tray:6379/0")
app.worker_main(["worker"])
