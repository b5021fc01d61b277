import asyncio

from fastapi import FastAPI

from project import fetch, prepare

app = FastAPI()


@app.get("/page")
async def page():
    fetched = asyncio.create_task(fetch())
    await prepare()
    return await fetched
