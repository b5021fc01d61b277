"""What a deployment of the front end may choose."""

import os


class Settings:
    """Read once, when the front end starts."""

    APP_NAME = "JARVIS"
    ENVIRONMENT = os.getenv("ENVIRONMENT", "development")
    DEBUG = ENVIRONMENT == "development"

    # The platform's API, as the container that serves this page reaches it
    # (the browser never calls it)
    BACKEND_URL = os.getenv("BACKEND_URL", "http://sutazai-backend:8000")
    REQUEST_TIMEOUT = float(os.getenv("REQUEST_TIMEOUT", "30"))

    ENABLE_VOICE = os.getenv("ENABLE_VOICE", "false").lower() == "true"


settings = Settings()
