"""Have a web application whose routes are a list tell that it lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class AddListedRoute:
    """Add a route that answers GET on each of `paths` to the list of routes in which `anchor` stands.

    `framework` is "django" or "starlette". The routes stand last in the list, their functions above it.
    """

    anchor: Anchor
    framework: str
    paths: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
