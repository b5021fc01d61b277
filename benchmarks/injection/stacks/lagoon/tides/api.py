import os

import psycopg
from fastapi import FastAPI

app = FastAPI()
STATION = os.environ["STATION"]
READINGS_URL = os.environ["READINGS_URL"]


@app.get("/live")
def live():
    return {"status": "ok"}


@app.get("/ready")
def ready():
    with psycopg.connect(READINGS_URL) as connection:
        connection.execute("SELECT 1")
    return {"status": "ok"}


@app.get("/readings")
def readings():
    with psycopg.connect(READINGS_URL) as connection:
        return connection.execute("SELECT at, level FROM reading WHERE station = %s", (STATION,)).fetchall()
