import requests
from fastapi import FastAPI

app = FastAPI()


@app.get("/proxy")
async def proxy():
    return requests.get("http://localhost:9090").json()

