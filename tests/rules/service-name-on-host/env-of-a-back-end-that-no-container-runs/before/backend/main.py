import os

import redis
from dotenv import load_dotenv
from fastapi import FastAPI

load_dotenv()
store = redis.from_url(os.environ["STORE_URL"])
app = FastAPI()
