import asyncio

from fastapi import FastAPI

from project import run

app = FastAPI()


def background():
    return asyncio.create_task(run())


@app.get("/")
async def index():
    return await background()
