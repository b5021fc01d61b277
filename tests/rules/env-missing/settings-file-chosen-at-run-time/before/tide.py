from pathlib import Path

from fastapi import FastAPI
from pydantic_settings import BaseSettings, SettingsConfigDict

BASE = Path(__file__).parent


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=(BASE / ".env.dev" if (BASE / ".env.dev").exists() else BASE / ".env"))

    station: str
    harbour: str


settings = Settings()
app = FastAPI(title=settings.station)
