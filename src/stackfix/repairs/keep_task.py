"""Have a program keep a task, and say in its log what the task raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class KeepTask:
    """Keep the task that the call at `anchor`, a statement or the value of a local name, makes.

    The module gets a set of tasks and a function that is called as each is done, where it has none yet.
    """

    anchor: Anchor

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
