from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env.local")

    database_url: str
    redis_host: str = "localhost"
    redis_port: int = 6379


settings = Settings()
