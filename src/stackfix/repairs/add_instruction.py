"""Put an instruction into a Dockerfile's stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class AddInstruction:
    """Add `instruction` (one line, keyword in capitals, as Dockerfiles spell it) beside what `anchor` addresses.

    The anchor is an instruction, or a stage: then it goes to the stage's end. `before` puts it in front, above the
    comment that belongs to the instruction. `apart` leaves an empty line between the two.
    """

    anchor: Anchor
    instruction: str
    before: bool = False
    apart: bool = False

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
