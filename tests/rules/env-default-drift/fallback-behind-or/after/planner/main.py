from os import environ

import requests
from fastapi import FastAPI

BASE = environ.get('GEO_URL') or 'http://geo:8210/v1'

app = FastAPI()


@app.get("/plan")
def plan() -> dict[str, str]:
    return requests.get(BASE, timeout=5).json()
