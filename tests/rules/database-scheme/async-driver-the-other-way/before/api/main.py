from fastapi import FastAPI
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine


class Settings(BaseSettings):
    places_url: str


settings = Settings()
app = FastAPI()
engine = create_async_engine(settings.places_url)
