import contextlib

import confluent_kafka as ck
from starlette.applications import Starlette


@contextlib.asynccontextmanager
async def lifespan(app):
    app.state.producer = ck.Producer({'bootstrap.servers': 'broker:9092', 'acks': 'all'})
    yield
    app.state.producer.flush(5)


app = Starlette(lifespan=lifespan)
