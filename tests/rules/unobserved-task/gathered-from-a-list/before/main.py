import asyncio

from fastapi import FastAPI

from project import fetch

app = FastAPI()


@app.get("/pages")
async def pages():
    tasks = []
    for number in range(3):
        tasks.append(asyncio.create_task(fetch(number)))
    more = [asyncio.ensure_future(fetch(n)) for n in range(4, 6)]
    return await asyncio.gather(*tasks, *more)
