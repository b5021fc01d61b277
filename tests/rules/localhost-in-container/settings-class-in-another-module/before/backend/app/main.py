from fastapi import FastAPI

from app.session import cache, sessions

app = FastAPI()


@app.get("/crew")
async def crew() -> bool:
    async with sessions() as session:
        await session.connection()
    return bool(await cache.ping())
