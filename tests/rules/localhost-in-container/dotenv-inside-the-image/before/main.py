import os

import redis
from dotenv import load_dotenv
from fastapi import FastAPI

load_dotenv()
cache = redis.Redis(host=os.getenv("CACHE_HOST", "localhost"), port=int(os.getenv("CACHE_PORT", "6379")))
app = FastAPI()


@app.get("/hits")
def hits() -> int:
    return cache.incr("hits")
