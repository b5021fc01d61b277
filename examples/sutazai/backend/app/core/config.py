from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """What a deployment may choose."""

    APP_NAME: str = "SutazAI Platform API"
    DATABASE_URL: str
    REDIS_URL: str = "redis://redis:6379/0"
    OLLAMA_URL: str = "http://ollama:11434"
    DEFAULT_MODEL: str = "tinyllama:latest"


settings = Settings()
