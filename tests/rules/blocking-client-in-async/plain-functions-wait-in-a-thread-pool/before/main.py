import threading
import time

import requests
from fastapi import FastAPI

app = FastAPI()


def watch():
    while True:
        time.sleep(5)
        requests.get("http://localhost:9090")


@app.on_event("startup")
async def startup():
    threading.Thread(target=watch, daemon=True).start()


@app.get("/slow")
def slow():
    time.sleep(1)
    return requests.get("http://localhost:9090").text
