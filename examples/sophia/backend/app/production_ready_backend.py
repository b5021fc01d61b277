"""Sophia AI backend: chat over REST and WebSocket."""

import logging
import os
import uuid
from datetime import datetime, timezone

import uvicorn
from fastapi import FastAPI, HTTPException, WebSocket, WebSocketDisconnect
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel, Field

logger = logging.getLogger("sophia")

ENVIRONMENT = os.getenv("ENVIRONMENT", "dev")
PULUMI_ORG = os.getenv("PULUMI_ORG", "scoobyjava-org")
HOST = os.getenv("HOST", "127.0.0.1")
PORT = int(os.getenv("PORT", "7000"))

app = FastAPI(title="Sophia AI", version="2.4.0")

app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "POST", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
)


class ChatRequest(BaseModel):
    message: str = Field(min_length=1, max_length=8000)
    conversation_id: str | None = None


class ChatMessage(BaseModel):
    role: str
    content: str
    created_at: datetime


class ChatResponse(BaseModel):
    conversation_id: str
    reply: ChatMessage


conversations: dict[str, list[ChatMessage]] = {}


def answer(conversation_id: str, message: str) -> ChatMessage:
    """Add a message to its conversation and reply to it."""
    history = conversations.setdefault(conversation_id, [])
    history.append(ChatMessage(role="user", content=message, created_at=datetime.now(timezone.utc)))
    reply = ChatMessage(
        role="assistant",
        content=f"You said: {message}",
        created_at=datetime.now(timezone.utc),
    )
    history.append(reply)
    return reply


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy", "environment": ENVIRONMENT, "organisation": PULUMI_ORG}


@app.post("/v1/chat")
async def chat(request: ChatRequest) -> ChatResponse:
    conversation_id = request.conversation_id or uuid.uuid4().hex
    return ChatResponse(conversation_id=conversation_id, reply=answer(conversation_id, request.message))


@app.get("/v1/conversations/{conversation_id}")
async def conversation(conversation_id: str) -> list[ChatMessage]:
    if conversation_id not in conversations:
        raise HTTPException(status_code=404, detail="No such conversation")
    return conversations[conversation_id]


@app.delete("/v1/conversations/{conversation_id}", status_code=204)
async def forget(conversation_id: str) -> None:
    conversations.pop(conversation_id, None)


@app.websocket("/ws")
async def stream(websocket: WebSocket) -> None:
    await websocket.accept()
    conversation_id = uuid.uuid4().hex
    try:
        while True:
            message = await websocket.receive_text()
            reply = answer(conversation_id, message)
            await websocket.send_json({"conversation_id": conversation_id, "reply": reply.model_dump(mode="json")})
    except WebSocketDisconnect:
        logger.info("conversation %s ended", conversation_id)


if __name__ == "__main__":
    uvicorn.run(app, host=HOST, port=PORT)
