from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env.local")

    rabbit_url: str
    mongo_url: str
    scale_url: str = "http://scale:9200"
    bin_count: int
    unit: str


settings = Settings()
