import time
import uuid

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.core.config import settings
from app.core.connections import ollama, redis

router = APIRouter()


class ChatRequest(BaseModel):
    message: str = Field(min_length=1)
    agent: str = "default"
    session_id: str | None = None


class ChatResponse(BaseModel):
    response: str
    model: str
    status: str
    session_id: str
    response_time: float


@router.post("/")
async def chat(request: ChatRequest) -> ChatResponse:
    started = time.perf_counter()
    session_id = request.session_id or uuid.uuid4().hex
    generated = await ollama.post(
        "/api/generate",
        json={"model": settings.DEFAULT_MODEL, "prompt": request.message, "stream": False},
    )
    generated.raise_for_status()
    answer = generated.json()["response"]
    await redis.rpush(f"chat:{session_id}", request.message, answer)
    return ChatResponse(
        response=answer,
        model=settings.DEFAULT_MODEL,
        status="success",
        session_id=session_id,
        response_time=round(time.perf_counter() - started, 2),
    )
