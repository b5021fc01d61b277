import os

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
app = FastAPI()


@app.get("/n")
async def n():
    async with engine.connect() as c:
        return (await c.execute(text("select 1"))).scalar()
