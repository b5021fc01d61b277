from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    inventory_url: str = "http://inventory:5000"
    request_timeout: float = 4.0


settings = Settings()
