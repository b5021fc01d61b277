from motor.motor_asyncio import AsyncIOMotorClient

from .settings import settings

client = AsyncIOMotorClient(settings.mongo_url)
grain = client.get_default_database()
