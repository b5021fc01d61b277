"""How the application does."""

from fastapi import APIRouter

from app.words import GREETING

router = APIRouter(tags=["health"])


@router.get("/health")
async def health():
    """Tell that it lives."""
    return {"status": "healthy", "greeting": GREETING}


@router.get("/version")
async def version():
    """Tell which it is."""
    return {"version": "1"}
