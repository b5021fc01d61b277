"""The expressions of a JavaScript module, as far as wiring needs them. Each knows its first and last token.

May import text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A string, a template without expressions, or a number (its decimal digits)."""

    first: int
    last: int
    text: Text
    number: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A template with expressions: texts and expressions in order."""

    first: int
    last: int
    parts: tuple[Text | Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """An identifier; `this`, `super`, `import` (of `import.meta`), `true` and `null` too."""

    first: int
    last: int
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """`owner.name`, `owner?.name` or `owner["name"]`."""

    first: int
    last: int
    owner: Node
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """`function(arguments)`, with `new` where it is said."""

    first: int
    last: int
    function: Node
    arguments: tuple[Node, ...]
    new: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """Two operands; an assignment too."""

    first: int
    last: int
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Unary:
    """A prefix operator (`await` too)."""

    first: int
    last: int
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """`test ? yes : no`."""

    first: int
    last: int
    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True, eq=False)
class Property:
    """One `key: value` of an object; a method's value is a Function, a shorthand's the Name itself."""

    key: str
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Object:
    """An object in braces. Not `whole`: a spread, a computed key or an accessor may bring further keys."""

    first: int
    last: int
    properties: tuple[Property, ...]
    whole: bool

    def get(self, key: str) -> Node | None:
        """The value under a key, the last of several."""
        return next((p.value for p in reversed(self.properties) if p.key == key), None)


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """A list in brackets; a spread is an Unread element."""

    first: int
    last: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or arrow. `body` is its opening brace's token, or `value` the expression that it gives back."""

    first: int
    last: int
    parameters: tuple[str, ...]
    body: int | None = None
    value: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Unread:
    """An expression of another kind."""

    first: int
    last: int


Node = Literal | Joined | Name | Member | Call | Binary | Unary | Conditional | Object | Array | Function | Unread


def dotted(node: Node | None) -> str | None:
    """A chain of names as written, without `?.`: `a.b.c`. None for anything else."""
    tail: list[str] = []
    while isinstance(node, Member):
        tail.append(node.name)
        node = node.owner
    return ".".join((node.name, *reversed(tail))) if isinstance(node, Name) else None


def argument(call: Call, index: int) -> Node | None:
    """An argument by its place from 0."""
    return call.arguments[index] if index < len(call.arguments) else None
