import os

import pika
from dotenv import load_dotenv
from fastapi import FastAPI

load_dotenv()
app = FastAPI()
jobs = pika.BlockingConnection(pika.URLParameters(os.getenv("BROKER_URL", "amqp://guest:guest@jobs:5672/")))
