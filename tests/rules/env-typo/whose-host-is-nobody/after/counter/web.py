import os

import redis
from fastapi import FastAPI

app = FastAPI()
store = redis.Redis(host=os.environ["CACHE_HOST"], port=6379)


@app.get("/")
def hits():
    return {"hits": store.incr("hits")}
