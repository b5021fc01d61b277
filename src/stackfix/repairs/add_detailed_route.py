"""Have a web application tell how what it needs is doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something that the application needs: "database" (SQLAlchemy's engine), "redis", "mongodb" or "kafka".

    `name` is the client's in `module`, "" where that is the route's own.
    """

    kind: str
    name: str
    module: str
    asynchronous: bool


@dataclass(frozen=True, slots=True)
class AddDetailedRoute:
    """Add a route `…/detailed` behind the function at `anchor`, whose decorator stands at `route`."""

    anchor: Anchor
    route: Anchor
    dependencies: tuple[Dependency, ...]

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
