import asyncio
import logging

from fastapi import FastAPI

log = logging.getLogger(__name__)
app = FastAPI()


@app.post("/visits")
async def visit():
    async def note():
        try:
            await asyncio.to_thread(print, "visited", flush=True)
        except Exception as error:
            log.warning("The visit is not noted: %s", error)

    asyncio.create_task(note())
    return {"status": "ok"}
