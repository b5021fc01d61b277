import contextlib
import json
import os
import time
from pathlib import Path

from fastapi import FastAPI
from kafka import KafkaProducer


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI):
    time.sleep(5)  # let the broker settle
    producer = KafkaProducer(  # acks from all
        # where the broker is
        bootstrap_servers=os.environ["BROKER"],
        value_serializer=lambda value: json.dumps(value).encode(),
        acks="all",
    )
    app.state.producer = producer
    yield
    producer.flush()
    Path("/tmp/done").touch()


app = FastAPI(lifespan=lifespan)
