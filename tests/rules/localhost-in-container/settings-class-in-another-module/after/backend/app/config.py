from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "postgresql+asyncpg://crew:crew@localhost:5432/crew"
    cache_url: str = "redis://127.0.0.1:6379/0"


settings = Settings()
