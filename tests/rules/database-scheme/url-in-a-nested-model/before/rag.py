from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import create_engine, text


class Db(BaseModel):
    url: str
    pool: int = 5


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RAG_", env_nested_delimiter="__")
    db: Db


settings = Settings()
engine = create_engine(settings.db.url, pool_size=settings.db.pool)
app = FastAPI()


@app.get("/docs-count")
def docs_count():
    with engine.connect() as c:
        return c.execute(text("select 1")).scalar()
