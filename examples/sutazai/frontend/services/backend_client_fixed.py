"""The front end's only way to the platform's API."""

import logging

import requests

from config.settings import settings

logger = logging.getLogger(__name__)


class BackendClient:
    """Calls the API; says so, instead of failing, where it can't be reached."""

    def __init__(self, base_url: str = settings.BACKEND_URL) -> None:
        self.base_url = base_url.rstrip("/")
        self.session = requests.Session()

    def check_health(self) -> dict:
        try:
            response = self.session.get(f"{self.base_url}/health", timeout=5)
            response.raise_for_status()
            return response.json()
        except requests.RequestException as error:
            logger.error("Health check failed: %s", error)
            return {"status": "unreachable"}

    def chat(self, message: str, session_id: str, agent: str = "default") -> dict:
        try:
            response = self.session.post(
                f"{self.base_url}/api/v1/chat/",
                json={"message": message, "agent": agent, "session_id": session_id},
                timeout=settings.REQUEST_TIMEOUT,
            )
            response.raise_for_status()
            return response.json()
        except requests.RequestException as error:
            logger.error("Chat failed: %s", error)
            return {"response": "I am offline at the moment.", "status": "offline"}

    def models(self) -> list[str]:
        try:
            response = self.session.get(f"{self.base_url}/api/v1/models/", timeout=5)
            response.raise_for_status()
            return response.json()["models"]
        except requests.RequestException as error:
            logger.error("Models not available: %s", error)
            return []
