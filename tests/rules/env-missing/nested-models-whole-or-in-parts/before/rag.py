from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict

from parts import Other


class Index(BaseModel):
    path: str


class Cache(BaseModel):
    ttl: int


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    index: Index
    cache: Cache | None = None
    other: Other


settings = Settings()
app = FastAPI()


@app.get("/path")
def path():
    return settings.index.path
