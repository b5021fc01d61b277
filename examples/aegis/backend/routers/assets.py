"""Assets."""

from typing import Annotated

from database import session
from fastapi import APIRouter, Depends
from models import Asset
from sqlalchemy import select
from sqlalchemy.orm import Session

router = APIRouter(prefix="/api/v1/assets", tags=["assets"])


@router.get("")
def assets(db: Annotated[Session, Depends(session)]) -> list[dict[str, object]]:
    """All assets."""
    return [{"id": a.id, "name": a.name, "owner": a.owner} for a in db.scalars(select(Asset))]
