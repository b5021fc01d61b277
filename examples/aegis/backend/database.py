"""The session with the database."""

from collections.abc import Iterator

from config import settings
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

engine = create_engine(settings.database_url, pool_pre_ping=True)
Sessions = sessionmaker(bind=engine)


class Base(DeclarativeBase):
    """All tables."""


def session() -> Iterator[Session]:
    """One session a request."""
    with Sessions() as opened:
        yield opened
