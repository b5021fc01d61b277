import asyncio

from fastapi import FastAPI

from post.queue import connect

app = FastAPI()
tasks = set()


async def deliver():
    connection = await connect()
    await connection.channel()


@app.on_event("startup")
async def begin():
    tasks.add(asyncio.create_task(deliver()))
