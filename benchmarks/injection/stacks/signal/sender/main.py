import json
import os

from confluent_kafka import Producer
from fastapi import FastAPI

app = FastAPI()
producer = Producer({"bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"], "socket.timeout.ms": 10000})


@app.post("/signals", status_code=202)
def send(signal: dict):
    producer.produce("signals", json.dumps(signal).encode())
    return {"queued": True}
