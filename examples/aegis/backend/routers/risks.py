"""Risks."""

from typing import Annotated

from database import session
from fastapi import APIRouter, Depends
from models import Risk
from sqlalchemy import select
from sqlalchemy.orm import Session

router = APIRouter(prefix="/api/v1/risks", tags=["risks"])


@router.get("")
def risks(db: Annotated[Session, Depends(session)]) -> list[dict[str, object]]:
    """All risks, the worst first."""
    found = db.scalars(select(Risk).order_by(Risk.level.desc()))
    return [{"id": r.id, "asset": r.asset_id, "title": r.title, "level": r.level} for r in found]
