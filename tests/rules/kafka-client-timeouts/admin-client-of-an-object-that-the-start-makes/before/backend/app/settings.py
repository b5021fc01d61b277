from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    kafka: str = ""


settings = Settings()
