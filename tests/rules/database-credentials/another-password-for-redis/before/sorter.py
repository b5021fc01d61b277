from celery import Celery

app = Celery("sorter", broker="redis://:tin-box@tray:6379/0")
app.worker_main(["worker"])
