import os

import requests
from fastapi import FastAPI

GEO_URL = os.getenv("GEO_URL", "http://geo:8210")  # the geocoder

app = FastAPI()


@app.get("/plan")
def plan() -> dict[str, str]:
    return requests.get(GEO_URL + "/healthz", timeout=5).json()
