"""Give a mapping an entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping to be written: its keys and values in order."""

    pairs: tuple[tuple[str, Plain], ...]


# What can be written: a text, a number, a switch, nothing, a list, a mapping.
Plain = str | int | bool | None | tuple["Plain", ...] | Entries


@dataclass(frozen=True, slots=True)
class SetEntry:
    """Give the mapping at `anchor` `key: value`, in place of the value that the key has there now.

    A new entry stands after the entry whose key is `beside`, else at the mapping's end.
    """

    anchor: Anchor
    key: str
    value: Plain
    beside: str | None = None

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.anchor.path
