import datetime
import time

from fastapi import FastAPI

from ferry.clients import producer

app = FastAPI()


@app.get("/health")
def health() -> dict:
    return {"status": "ok", "time": datetime.datetime.now().isoformat(), "now": time.time()}


@app.post("/crossings")
def cross() -> dict:
    producer.produce("crossings", b"one")
    return {}
