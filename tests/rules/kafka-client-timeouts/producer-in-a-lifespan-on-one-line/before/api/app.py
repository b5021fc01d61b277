import contextlib

import confluent_kafka as ck
from starlette.applications import Starlette


def made():
    return ck.Producer({'bootstrap.servers': 'broker:9092', 'acks': 'all'})


@contextlib.asynccontextmanager
async def lifespan(app):
    app.state.producer = made()
    yield


app = Starlette(lifespan=lifespan)
