import requests
from fastapi import FastAPI
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PLAN_")

    geo_url: str = 'http://geo:8000'
    page_size: int = 20


settings = Settings()
app = FastAPI()


@app.get("/plan")
def plan() -> dict[str, str]:
    return requests.get(settings.geo_url, timeout=5).json()
