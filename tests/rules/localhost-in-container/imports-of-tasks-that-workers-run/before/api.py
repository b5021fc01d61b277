import os

import redis
from flask import Flask
from rq import Queue

from tasks import archive, remind, tidy

app = Flask(__name__)
queue = Queue(connection=redis.from_url(os.environ["BROKER_URL"]))


@app.post("/remind/<reader>")
def asked(reader: str) -> str:
    remind.delay(reader)
    tidy.apply_async(countdown=5)
    queue.enqueue(archive, 1999)
    return "later"
