import asyncio
import traceback

from fastapi import FastAPI

app = FastAPI()


async def tidy(shelf: str):
    try:
        await asyncio.sleep(5)
        print(shelf)
    except Exception as error:
        print(f"not tidied: {error}")
        traceback.print_exc()


@app.post("/tidy/{shelf}")
async def begin(shelf: str):
    asyncio.create_task(tidy(shelf))
    return {}
