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
_FALLBACK = re.compile(r"(?:\|\||\?\?)\s*(?P<quote>[\"'`])(?P<url>(?:https?|wss?)://[^\s\"'`]+)(?P=quote)")
_BEFORE = re.compile(r"(?P<taken>[\w$.?\[\]]*?\b(?P<name>[A-Za-z_$][\w$]*))[\])]*\s*$")
_BUILT_IN = re.compile(r"(?:import\.meta|process)\.env\b|\b(?:VITE|REACT_APP|NEXT_PUBLIC|VUE_APP|NG_APP|PUBLIC)_\w*$")
_NEAR = 120
"""How many characters before a fallback the name of what it stands in for is looked for."""
_REPLACED = ("environment.prod.ts", "environment.production.ts", "environment.staging.ts")


@dataclass(frozen=True, slots=True)
class Use:
    """One request that begins with a written origin. `asked` is a path that it may ask for, None where nobody knows."""

    asked: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class Configured:
    """A value of a front end that isn't baked in, by its name, and the literal that stands in for it."""

    name: str
    text: Text
    location: Location


@dataclass(frozen=True, slots=True)
class WrittenOrigin:
    """An origin as it is written, up to the first part that isn't literal.

    `variables` are build-time variables that stand before it: it holds where none of them is given. `loose`: it is also
    used in ways nobody follows. `configured` is a value that the front end gets
    while it runs, with the same origin in case it doesn't come.
    """

    text: Text
    address: Address
    uses: tuple[Use, ...]
    variables: tuple[str, ...]
    location: Location
    anchor: Anchor
    loose: bool
    configured: Configured | None = None

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
    configured = _configured(graph, front, {key for key, one in gathered.items() if one.variables})
    written = (_written(front, key, one, key in loose) for key, one in sorted(gathered.items()))
    return tuple(replace(one, configured=configured.get(one.origin.lower())) for one in written)


def _configured(graph: Graph, front: FrontEnd, built_in: set[tuple[str, int]]) -> dict[str, Configured]:
    """The values that come at run time, by the origin that the front end has for want of one."""
    found: dict[str, Configured] = {}
    for path in front.paths:
        for one in graph.library.get(path, _fallbacks) or ():
            key, match = _key(one.text), _ORIGIN.match(one.text.value)
            if key is not None and match is not None and key not in built_in and not _is_apart(graph, front, key):
                found.setdefault(match[0].lower(), one)
    return found


def _fallbacks(text: Text) -> tuple[Configured, ...]:
    """The URLs of a file that stand in for a value which isn't a build-time variable."""
    found: list[Configured] = []
    for match in _FALLBACK.finditer(text.value):
        before = _BEFORE.search(text.value[max(0, match.start() - _NEAR) : match.start()])
        url = text.group(match, "url")
        place = located(url, "stands in for a value that comes while the page runs") if url is not None else None
        if before is None or url is None or place is None or _BUILT_IN.search(before["taken"]):
            continue
        found.append(Configured(before["name"], url, place))
    return tuple(found)


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
