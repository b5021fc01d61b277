import os

KAFKA_BROKERS = os.environ.get("KAFKA_BROKERS", "localhost:9092")
