"""Have a web application tell that it lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class AddHealthRoute:
    """Add a route that answers GET on each of `paths` to the application that the call at `anchor` makes.

    `framework` is "fastapi", "flask", "quart" or "bottle"; in JavaScript "express", "fastify", "hono", "koa" or
    "restify", and the anchor is then the path of the last route of the application (Koa: of its router), or what it
    last uses below a path. The routes stand behind that one.
    """

    anchor: Anchor
    framework: str
    paths: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
