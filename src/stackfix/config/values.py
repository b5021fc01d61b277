"""A configuration's values with their places, and what is asked of them by name.

May import findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.findings import Location

FILE = "stackfix.toml"


class Invalid(Exception):  # noqa: N818 - the user's mistake, told in one line
    """A configuration that can't be meant so: one line with the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value with its place: `where` is `file:line` for complaints, `location` the value itself."""

    value: object
    where: str
    location: Location | None = None


Tree: TypeAlias = "dict[str, Value | Tree]"
"""Values by key, tables within tables."""


def known(tree: Tree, keys: Iterable[str], prefix: str) -> None:
    """Invalid where a table has a key that is none; `prefix` is what stands before it."""
    for key, value in tree.items():
        if key not in keys:
            raise Invalid(f"{where(value)}: no key is called {prefix + key!r}{nearest(key, keys)}")


def nearest(word: str, known: Iterable[str]) -> str:
    """The remedy for a word that is none: the one that was meant, else all of them."""
    from difflib import get_close_matches  # noqa: PLC0415 - of use to a mistyped word alone

    known = tuple(known)
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"


def where(value: Value | Tree | None) -> str:
    """The place of a value, or of the first one in a table."""
    if isinstance(value, Value):
        return value.where
    return next((where(inner) for inner in (value or {}).values()), FILE)


def table(tree: Tree, key: str) -> Tree:
    """A table within a table; an empty one where there is none."""
    found = tree.get(key, {})
    if isinstance(found, Value):
        raise Invalid(f"{found.where}: {key} must be a table, as in [{key}]")
    return found


def items(value: Value | Tree | None, key: str) -> tuple[Value, ...]:
    """The members of a list; `key` is what it is called."""
    if value is None:
        return ()
    if not isinstance(value, Value) or not isinstance(value.value, list):
        raise Invalid(f"{where(value)}: {key} must be a list of strings")
    return tuple(item for item in value.value if isinstance(item, Value))


def texts(value: Value | Tree | None, key: str) -> tuple[tuple[str, Value], ...]:
    """The members of a list of words, each with its place."""
    found = []
    for item in items(value, key):
        if not isinstance(item.value, str) or not item.value:
            raise Invalid(f"{item.where}: {key} must be a list of strings, and {item.value!r} is none")
        found.append((item.value, item))
    return tuple(found)
