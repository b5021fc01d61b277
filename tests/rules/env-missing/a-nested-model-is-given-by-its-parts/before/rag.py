import os

import psycopg
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine


class Db(BaseModel):
    url: str


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    db: Db


settings = Settings()
engine = create_async_engine(settings.db.url)
migrations = create_engine(os.environ["ALEMBIC_URL"])
app = FastAPI()


@app.get("/docs-count")
async def docs_count():
    async with await psycopg.AsyncConnection.connect(os.environ["LANGGRAPH_URI"]) as c:
        return await (await c.execute("select 1")).fetchone()
