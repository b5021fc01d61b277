from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    DATABASE_URL: str
    KAFKA_BOOTSTRAP_SERVERS: str
    KAFKA_TOPIC: str = "network-traffic"
    KAFKA_EXTERNAL_TOPIC: str = "external-traffic"
    KAFKA_GROUP_ID: str = "threat-detection"
    EXTERNAL_KAFKA_ENABLED: bool = False


settings = Settings()
