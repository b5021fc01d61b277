"""Addresses in a front end taken apart: origin, path, and whether the page's own origin is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.frontend_facts import ApiCall, SocketOpening

_ORIGIN = re.compile(r"(?:https?|wss?)://[^/]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ApiPath:
    """A path that the front end requests. `relative` holds where it goes to the page's own origin.

    `path` begins with "/", up to the first part that nobody knows; `whole` says that this is all of it (without query).
    `origin` is the base before it where it is not relative: "http://localhost:8000", or None where variables give it.
    `variables` are those that have a say in it.
    """

    path: str
    whole: bool
    relative: bool
    method: str | None
    origin: str | None
    variables: tuple[str, ...]
    value: Template
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class SocketPath:
    """A WebSocket that the front end opens. `path` is None where it can't be known; the rest as with `ApiPath`."""

    path: str | None
    whole: bool
    relative: bool
    origin: str | None
    variables: tuple[str, ...]
    library: str
    value: Template
    location: Location
    anchor: Anchor


def absolute(value: Template) -> bool:
    """Whether a value begins with an origin."""
    first = value.parts[0] if value.parts else None
    return isinstance(first, Text) and bool(_ORIGIN.match(first.value))


def trimmed(value: Template) -> Template:
    """A base without the slash at its end."""
    last = value.parts[-1] if value.parts else None
    if isinstance(last, Text) and last.value.endswith("/"):
        return Template((*value.parts[:-1], last.slice(0, len(last) - 1)))
    return value


def slashed(value: Template) -> Template:
    """A path that begins with a slash."""
    first = value.parts[0] if value.parts else None
    if isinstance(first, Text) and first.value and not first.value.startswith("/"):
        return Template((Text.unwritten("/"), *value.parts))
    return value


@dataclass(slots=True)
class _Taken:
    """An address taken apart: `hidden` where something unknown stood before the path."""

    text: str = ""
    whole: bool = True
    hidden: bool = False
    relative: bool = False

    def in_path(self) -> bool:
        """Whether what comes next stands in the path."""
        rest = _ORIGIN.sub("", self.text)
        # What a scheme leaves where it isn't known: `${scheme}://` or `${protocol}//`.
        return "/" in (rest if self.relative else re.sub(r"^:?//", "", rest))


def taken(value: Template) -> tuple[str | None, str, bool, bool]:
    """Origin, path, whether the path is whole, whether it is relative; the origin is None where variables give it.

    A variable with a default counts by its default; "" for the origin means none.
    """
    seen = _Taken()
    for part in expanded(value):
        if isinstance(part, Text):
            seen.text += part.value
        elif seen.in_path():
            seen.whole = False
            break
        elif isinstance(part, Symbol):
            seen.relative, seen.text = seen.relative or part.name != "location.protocol", ""
        else:
            seen.hidden, seen.text = True, ""
    if seen.relative and seen.text.startswith(":"):
        # The page's host at a port of its own: another origin.
        seen.relative, seen.hidden = False, True
        seen.text = re.sub(r"^:\d*", "", seen.text)
    origin = _ORIGIN.match(seen.text)
    path = seen.text[origin.end() :] if origin is not None else seen.text
    whole = seen.whole or "?" in path
    path = path.partition("?")[0].partition("#")[0]
    if origin is not None and not seen.relative:
        return (None if seen.hidden else origin[0]), path, whole, False
    return (None if seen.hidden and not seen.relative else ""), path, whole, seen.relative or not seen.hidden


def expanded(value: Template) -> Iterator[Text | Hole | Symbol | Opaque]:
    """The parts with defaults in place of variables."""
    for part in value.parts:
        if isinstance(part, Hole) and part.default is not None:
            yield from expanded(part.default)
        else:
            yield part


def api_path(call: ApiCall, value: Template) -> ApiPath | None:
    """A request as a path; None where it has none that can be seen."""
    origin, path, whole, relative = taken(value)
    if not path.startswith("/"):
        return None
    names = tuple(dict.fromkeys(h.name for h in value.holes))
    return ApiPath(path, whole, relative, call.method, origin or None, names, value, call.location, call.anchor)


def socket_path(opening: SocketOpening) -> SocketPath:
    """A WebSocket as a path."""
    value = opening.url if opening.url is not None else Template((Symbol("location.origin"),))
    origin, path, whole, relative = taken(value)
    if opening.library == "socket.io":
        # What stands behind the origin is a namespace; the path is an option of its own.
        given = opening.path.text if opening.path is not None else Text.unwritten("/socket.io/")
        path, whole = (given.value, True) if given is not None else ("", False)
        relative = relative or value.text is None or value.text.value.startswith("/")
        relative = relative and origin == ""
    known = path if path.startswith("/") else None
    names = tuple(dict.fromkeys(h.name for h in value.holes))
    return SocketPath(
        known, whole, relative, origin or None, names, opening.library, value, opening.location, opening.anchor
    )
