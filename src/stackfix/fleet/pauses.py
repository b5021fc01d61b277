"""Until when a forge wants no more calls, as all workers of one database know it: who asks on is shut out for longer.

May import durable of this package.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import sqlalchemy as sa

from stackfix.fleet import durable

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

_PAUSES = sa.Table(
    "stackfix_pauses",
    durable.TABLES,
    sa.Column("whom", sa.String(300), primary_key=True),
    sa.Column("until", sa.Float, nullable=False),
)

_TRIES = 2
"""Somebody else may enter the same at that moment."""


class Pauses:
    """Who is left alone, and until when. Without the database this process still knows what it has met itself."""

    def __init__(self, engine: Engine) -> None:
        """`engine` leads to the database of all workers, whose clock counts."""
        self._engine = engine
        self._own: dict[str, float] = {}

    def begin(self, whom: str, seconds: float) -> None:
        """Leave somebody alone for so long, or for as long as is known already where that is longer."""
        self._own[whom] = max(self._own.get(whom, 0.0), time.monotonic() + seconds)
        for _ in range(_TRIES):
            with suppress(sa.exc.SQLAlchemyError):
                self._enter(whom, seconds)
                return

    def left(self, whom: str) -> float:
        """The seconds for which somebody is still to be left alone; 0 or less where that is over."""
        own = self._own.get(whom, 0.0) - time.monotonic()
        with suppress(sa.exc.SQLAlchemyError), self._engine.connect() as connection:
            until = connection.execute(sa.select(_PAUSES.c.until).where(_PAUSES.c.whom == whom)).scalar()
            return own if until is None else max(own, until - durable.now(connection))
        return own

    def _enter(self, whom: str, seconds: float) -> None:
        with self._engine.begin() as connection:
            until = durable.now(connection) + seconds
            known = connection.execute(sa.select(_PAUSES.c.until).where(_PAUSES.c.whom == whom)).scalar()
            if known is None:
                connection.execute(_PAUSES.insert().values(whom=whom, until=until))
            else:
                earlier = sa.and_(_PAUSES.c.whom == whom, _PAUSES.c.until < until)
                connection.execute(_PAUSES.update().where(earlier).values(until=until))
