import os

import redis
from fastapi import FastAPI

app = FastAPI()
queue = redis.from_url(os.environ.get("QUEUE_URL", "redis://localhost:6379/2"))


@app.post("/letters")
def send(letter: str) -> None:
    queue.rpush("letters", letter)
