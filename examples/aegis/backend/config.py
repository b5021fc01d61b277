"""What the deployment sets."""

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Settings from the environment."""

    environment: str = "development"
    log_level: str = "debug"
    database_url: str = "sqlite:///./aegis.db"
    redis_url: str = "redis://localhost:6379/0"
    secret_key: str
    cors_origins: str = "http://localhost:5173"
    upload_folder: str = "uploads"

    @property
    def allowed_origins(self) -> list[str]:
        """The origins that browsers may call from."""
        return [origin.strip() for origin in self.cors_origins.split(",")]


settings = Settings()
