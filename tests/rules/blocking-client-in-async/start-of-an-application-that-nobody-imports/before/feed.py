import requests
from fastapi import FastAPI

feed = FastAPI()


@feed.on_event("startup")
async def load() -> None:
    feed.state.list = requests.get("https://feeds.example/list").json()
