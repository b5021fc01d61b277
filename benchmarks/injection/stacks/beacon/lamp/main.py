import os

import redis
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=os.environ["CORS_ORIGINS"].split(","),
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
store = redis.from_url(os.environ["STORE_URL"])


@app.get("/api/health")
def health():
    store.ping()
    return {"status": "ok"}


@app.get("/api/lamps")
def lamps():
    return [name.decode() for name in store.smembers("lamps")]
