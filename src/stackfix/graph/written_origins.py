"""The origins that a front end writes out, each written place once, with all requests that begin with it.

`http://localhost:8000` in a literal, in a constant, in a client's base, or behind a build-time variable as its default.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.graph import address, javascript_names
from stackfix.graph.frontend_paths import api_path, taken
from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address

_ORIGIN = re.compile(r"(?:https?|wss?)://[^/?#]+", re.IGNORECASE)
_APART = re.compile(r"(?:^|[./_-])(?:dev|development|local|test|testing|mocks?|examples?)[./_-]", re.IGNORECASE)
_SET = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+)\s*=(?![=>])")
_REPLACED = ("environment.prod.ts", "environment.production.ts", "environment.staging.ts")


@dataclass(frozen=True, slots=True)
class Use:
    """One request that begins with a written origin. `asked` is a path that it may ask for, None where nobody knows."""

    asked: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class WrittenOrigin:
    """An origin as it is written, up to the first part that isn't literal.

    `variables` are build-time variables that stand before it: it holds where none of them is given. `loose`: it is also
    used in ways nobody follows.
    """

    text: Text
    address: Address
    uses: tuple[Use, ...]
    variables: tuple[str, ...]
    location: Location
    anchor: Anchor
    loose: bool

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        match = _ORIGIN.match(self.text.value)
        return match[0] if match is not None else ""

    @property
    def path(self) -> str:
        """The path that is written behind the origin, without a query."""
        return re.split(r"[?#]", self.text.value[len(self.origin) :], maxsplit=1)[0]

    @property
    def socket(self) -> bool:
        """Whether WebSockets are opened with it."""
        return self.origin.lower().startswith("ws")


@dataclass(slots=True)
class _Gathered:
    text: Text
    variables: tuple[str, ...]
    anchor: Anchor
    uses: list[Use]
    base: list[Use]


def of(graph: Graph, front: FrontEnd) -> tuple[WrittenOrigin, ...]:
    """All origins that a front end writes, by place."""
    gathered: dict[tuple[str, int], _Gathered] = {}
    for value, location, anchor, base in _values(front):
        for text, variables, rest in _first(value):
            key = _key(text)
            if key is None or address.url(text) is None or _is_apart(graph, front, key):
                continue
            one = gathered.setdefault(key, _Gathered(text, variables, anchor, [], []))
            if len(text) > len(one.text):
                one.text = text
            (one.base if base else one.uses).append(Use(_asked(Template((text, *rest)), base=base), location))
    loose = {key for value in front.loose for text, _, _ in _first(value) if (key := _key(text)) is not None}
    return tuple(_written(front, key, one, key in loose) for key, one in sorted(gathered.items()))


def _values(front: FrontEnd) -> Iterator[tuple[Template, Location, Anchor, bool]]:
    """What is asked for, opened, or made a client's base."""
    for path in front.api_paths:
        yield path.value, path.location, path.anchor, False
    for call in front.calls:
        if api_path(call, call.value) is None:
            yield call.value, call.location, call.anchor, False
    for opening in front.sockets:
        if opening.url is not None and opening.library != "socket.io":
            yield opening.url, opening.location, opening.anchor, False
    for base in front.bases:
        if base.used:
            yield base.value, base.location, base.anchor, True


def _first(value: Template) -> Iterator[tuple[Text, tuple[str, ...], tuple[Text | Hole | Symbol | Opaque, ...]]]:
    """The literal that a value begins with, the variables that stand before it, and what follows."""
    names: list[str] = []
    parts = value.parts
    while parts and isinstance(parts[0], Hole) and parts[0].default is not None:
        names.append(parts[0].name)
        parts = (*parts[0].default.parts, *parts[1:])
    first = parts[0] if parts else None
    if isinstance(first, Text) and (match := _ORIGIN.match(first.value)) is not None:
        follows = parts[1] if len(parts) > 1 else None
        closed = len(match[0]) < len(first) or isinstance(follows, Text) or follows is None
        if closed or re.search(r":\d+$", match[0]):
            yield first, tuple(names), parts[1:]


def _key(text: Text) -> tuple[str, int] | None:
    place = text.place
    return None if place is None else (place[0], place[1].start)


def _asked(value: Template, *, base: bool) -> str | None:
    _, path, whole, _ = taken(value)
    if path in {"", "/"} and (base or not whole):
        return None
    return path.rstrip("/") + "/1" if base or not whole else path or "/"


def _is_apart(graph: Graph, front: FrontEnd, key: tuple[str, int]) -> bool:
    """Whether it is for development alone: below a condition, or in a file that another build replaces."""
    path, start = key
    if any(place.path == path and place.span.start <= start < place.span.end for place in front.guarded):
        return True
    folder, name = posixpath.split(path)
    if name == "environment.ts" and any(graph.library.tree.is_file(posixpath.join(folder, r)) for r in _REPLACED):
        return True
    return _APART.search(path[len(front.folder) :]) is not None or _is_set_anew(graph, front, key)


def _is_set_anew(graph: Graph, front: FrontEnd, key: tuple[str, int]) -> bool:
    """Whether it is a member of an object that another line sets anew: what a generated client begins with."""
    known = graph.library.get(key[0], javascript_names.names)
    members = ((n, v) for n, v in known.constants.items() if "." in n) if known is not None else ()
    called = {name for name, value in members if any(_key(text) == key for text, _, _ in _first(value))}
    return bool(called) and any(called & (graph.library.get(path, _set_members) or frozenset()) for path in front.paths)


def _set_members(text: Text) -> frozenset[str]:
    """The members that a file assigns to, by their dotted names."""
    return frozenset(match[1] for match in _SET.finditer(text.value))


def _written(front: FrontEnd, key: tuple[str, int], one: _Gathered, loose: bool) -> WrittenOrigin:
    said = address.url(one.text)
    place = located(one.text)
    assert said is not None
    assert place is not None
    bases = (base for base in front.bases if (base.location.path, base.location.span.start) == key)
    named = [b for b in front.bases if any(_key(text) == key for text, _, _ in _first(b.value))]
    anchor = next((b.anchor for b in (*bases, *named) if b.anchor.path == key[0]), one.anchor)
    uses = tuple(dict.fromkeys(one.uses or one.base))
    return WrittenOrigin(
        one.text,
        said,
        uses,
        one.variables,
        place,
        replace(anchor, path=key[0]) if anchor.path != key[0] else anchor,
        loose,
    )
