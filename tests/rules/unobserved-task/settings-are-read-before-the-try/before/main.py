import asyncio
import logging
import os

import httpx
from fastapi import FastAPI

app = FastAPI()
log = logging.getLogger(__name__)


async def announce() -> None:
    directory = os.environ.get("DIRECTORY_URL", "http://directory:8500")
    own = os.getenv("OWN_NAME", "gauge")
    try:
        async with httpx.AsyncClient() as client:
            await client.post(f"{directory}/members", json={"name": own})
    except Exception:
        log.exception("not announced")


@app.on_event("startup")
async def begin() -> None:
    asyncio.create_task(announce())
