from fastapi import FastAPI
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    cors_origins_str: str = "http://localhost:3000"
    page_size: int = 20


settings = Settings()
app = FastAPI()


@app.get("/sizes")
def sizes() -> list[int]:
    return [settings.page_size]
