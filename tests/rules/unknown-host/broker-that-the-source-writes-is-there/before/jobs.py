from celery import Celery

app = Celery("jobs", broker="amqp://hand:knots@broker:5672//")


@app.task
def tie(name: str) -> str:
    return name
