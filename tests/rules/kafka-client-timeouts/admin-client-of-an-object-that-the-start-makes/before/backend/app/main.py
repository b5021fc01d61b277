from fastapi import FastAPI

from app.settings import settings
from app.topics import Topics

app = FastAPI()


@app.on_event("startup")
async def startup() -> None:
    app.state.topics = Topics(settings)
