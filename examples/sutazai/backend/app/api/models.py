from fastapi import APIRouter

from app.core.connections import ollama

router = APIRouter()


@router.get("/")
async def models() -> dict[str, list[str]]:
    tags = await ollama.get("/api/tags")
    tags.raise_for_status()
    return {"models": [model["name"] for model in tags.json()["models"]]}
