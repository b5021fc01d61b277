from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "postgresql://breeze:north-west@wind:5432/kites"
    log_level: str = "debug"


settings = Settings()
