import os

import httpx
from fastapi import FastAPI, Request
from pymemcache.client.base import Client

app = FastAPI()
memory = Client((os.environ["MEMORY_HOST"], int(os.environ["MEMORY_PORT"])))
colours_url = os.getenv("COLOURS_URL", "http://colours:8600/colours")


@app.get("/health")
def health():
    memory.version()
    return {"status": "ok"}


@app.get("/tiles")
def tiles(request: Request):
    colours = httpx.get(colours_url).json()
    return {"from": request.client.host, "self": str(request.url_for("tiles")), "colours": colours}
