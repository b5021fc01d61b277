from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Index(BaseModel):
    path: str
    pool: int = 5


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    db: Index


settings = Settings()
app = FastAPI()


@app.get("/path")
def path():
    return settings.db.path
