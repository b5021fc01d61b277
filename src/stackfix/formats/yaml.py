"""YAML: bytes → documents of nodes whose every span is known.

Located with libyaml's events (1.1 grammar, 1.2 judged by scalar text and style, never by implicit types).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.spans import Span
    from stackfix.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A scalar. `text` holds the decoded characters, each with its bytes; `span` is the token without tag and anchor.

    `style` is "plain", "single", "double", "literal" or "folded".
    """

    text: Text
    span: Span
    style: str
    anchor: str | None = None
    tag: str | None = None

    @property
    def value(self) -> str:
        """The decoded characters."""
        return self.text.value


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One `key: value` of a mapping. `span` is from the key to the end of the value (comments not included)."""

    key: Node
    value: Node
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """A mapping, items as written (merge keys included, unmerged)."""

    items: tuple[Item, ...]
    span: Span
    flow: bool
    anchor: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A sequence."""

    items: tuple[Node, ...]
    span: Span
    flow: bool
    anchor: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Alias:
    """`*name`, and the node it stands for."""

    name: str
    span: Span
    target: Node


Node = Scalar | Mapping | Sequence | Alias
