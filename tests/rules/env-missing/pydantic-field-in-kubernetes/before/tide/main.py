from fastapi import FastAPI
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    tide_table: str
    lamp_period: int = 30


settings = Settings()
app = FastAPI()
