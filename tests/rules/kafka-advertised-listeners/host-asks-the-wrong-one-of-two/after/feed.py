import os

from dotenv import load_dotenv
from kafka import KafkaProducer

load_dotenv(".env.local")
producer = KafkaProducer(bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"])
