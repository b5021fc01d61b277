from confluent_kafka import Producer
from sqlalchemy.ext.asyncio import create_async_engine

producer = Producer(
    {"bootstrap.servers": "broker:9092", "socket.timeout.ms": 10000, "api.version.request.timeout.ms": 5000}
)
engine = create_async_engine("postgresql+asyncpg://db/ferry")
