"""Requests of a front end that its own proxy hands on to an application none of whose routes takes them.

Only where one route is but a letter, a plural or a separator away. May import the graph's nouns, front_doors and
proxied_routes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import front_doors, frontend_builds, page_calls, proxied_routes, proxying
from stackfix.graph.proxy_matching import choose, upstream_path
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.front_doors import Pages
    from stackfix.graph.frontend import ApiPath
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.python_routing import Routing, ServedRoute
    from stackfix.graph.value import Template

_UNKNOWN = "\0"
_LEAST = 4
"""A word of fewer letters has too many neighbours."""


@dataclass(frozen=True, slots=True, eq=False)
class Unserved:
    """A request that no route takes. `near` is the one route that is nearly asked for.

    `segment` is where the request says it otherwise, `meant` what the route says there.
    """

    pages: Pages
    path: ApiPath
    asked: str
    api: Workload
    near: ServedRoute
    segment: Text
    meant: str


def unserved(graph: Graph) -> Iterator[Unserved]:
    """Every request that certainly comes to nothing and has one near route."""
    for pages in graph.pages:
        build = graph.build_of(pages.proxied.workload)
        made = tuple(frontend_builds.of(graph, build)) if build is not None else ()
        steps = [step for step in made if step.front.folder == pages.front.folder]
        for path in pages.front.api_paths if pages.front.static else ():
            found = _unserved(graph, pages, path, page_calls.filled(graph, steps, path))
            if found is not None:
                yield found


def _unserved(graph: Graph, pages: Pages, path: ApiPath, value: Template | None) -> Unserved | None:
    asked = _asked(path, value) if value is not None else None
    if value is None or asked is None or not front_doors.comes_here(graph, pages.proxied.workload, asked):
        return None
    location = choose(pages.server.locations, asked).location
    handler = location.handler if location is not None else None
    if location is None or handler is None:
        return None
    behind = proxying.behind(graph, pages.proxied.workload, handler)
    routing = proxied_routes.routing_of(graph, behind[0]) if len(behind) == 1 else None
    seen = upstream_path(location, asked)
    if routing is None or seen is None or routing.serves(seen) is not False:
        return None
    near = _near(routing, seen, path.method)
    if near is None:
        return None
    route, back = near
    segment = _written(value, asked, back)
    if segment is None or segment.place is None or segment.place[0] != path.location.path:
        return None
    return Unserved(pages, path, asked, behind[0], route, segment, route.path.rstrip("/").split("/")[-back])


def _asked(path: ApiPath, value: Template) -> str | None:
    """The path with something in place of whole segments that nobody knows; None where more than those is unknown."""
    if not path.relative and not path.variables:
        return None
    spelled = "".join(p.value if isinstance(p, Text) else _UNKNOWN for p in value.parts)
    if not spelled.startswith("/") or spelled.startswith("//"):
        return None
    segments = re.split(r"[?#]", spelled, maxsplit=1)[0].split("/")
    if any(_UNKNOWN in one and one != _UNKNOWN for one in segments):
        return None
    return "/".join("1" if one == _UNKNOWN else one for one in segments)


def _near(routing: Routing, seen: str, method: str | None) -> tuple[ServedRoute, int] | None:
    """The one route for such requests that differs in one word alone, and which word from the end that is."""
    words = seen.rstrip("/").split("/")
    found: dict[str, tuple[ServedRoute, int]] = {}
    for route in routing.routes:
        its = route.path.rstrip("/").split("/")
        answers = not method or not route.methods or method in route.methods
        if route.websocket or len(its) != len(words) or not answers:
            continue
        apart = [at for at, (one, other) in enumerate(zip(words, its, strict=True)) if not _same(one, other)]
        if len(apart) == 1 and _alike(words[apart[0]], its[apart[0]]):
            found.setdefault(route.path, (route, len(words) - apart[0]))
    meant = {(path.rstrip("/").split("/")[-back], back) for path, (_, back) in found.items()}
    return next(iter(found.values())) if len(meant) == 1 else None


def _same(word: str, pattern: str) -> bool:
    return word == pattern or pattern.startswith(("{", "<", ":"))


def _alike(word: str, other: str) -> bool:
    """Whether two words are one: singular and plural, other separators or case, or one slip of the hand."""
    if not other or not re.fullmatch(r"[\w.-]+", other) or not re.search(r"[A-Za-z]", word):
        return False
    if _plain(word) == _plain(other):
        return True
    return min(len(word), len(other)) >= _LEAST and _slipped(word, other)


def _plain(word: str) -> str:
    flat = re.sub(r"[-_]", "", word).lower()
    return re.sub(r"(?:ies|y)$", "i", flat) if flat.endswith(("ies", "y")) else flat.removesuffix("s").removesuffix("e")


def _slipped(one: str, other: str) -> bool:
    """Whether one letter is missing, too much, wrong, or two are exchanged."""
    if any(a.isdigit() != b.isdigit() or (a.isdigit() and a != b) for a, b in zip(one, other, strict=False)):
        return False
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        apart = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        swapped = len(apart) == 2 and apart[1] == apart[0] + 1  # noqa: PLR2004 - a pair
        return len(apart) == 1 or (swapped and one[apart[0]] == other[apart[1]] and one[apart[1]] == other[apart[0]])
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _written(value: Template, asked: str, back: int) -> Text | None:
    """Where the request writes a word, counted from the end."""
    at, spans = 0, []
    for part in value.parts:
        length = len(part.value) if isinstance(part, Text) else 1
        spans.append((at, at + length, part))
        at += length
    words = list(re.finditer(r"[^/]+", asked.rstrip("/")))
    if back > len(words):
        return None
    start, end = words[-back].span()
    inside = [(a, part) for a, b, part in spans if a <= start and end <= b]
    if len(inside) != 1 or not isinstance(inside[0][1], Text):
        return None
    found = inside[0][1].slice(start - inside[0][0], end - inside[0][0])
    return found if found.place is not None and found.value == words[-back][0] else None
