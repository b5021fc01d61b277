"""Requests whose base and path both bring the prefix of the API, by the application's own routes.

May import the graph's nouns, front_doors, frontend_builds and proxied_routes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import address, front_doors, frontend_builds, proxied_routes, proxying
from stackfix.graph.frontend_paths import taken
from stackfix.graph.model import Says
from stackfix.graph.proxy_matching import choose, upstream_path
from stackfix.graph.value import Hole, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.front_doors import Pages
    from stackfix.graph.frontend import ApiPath, FrontEnd
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.python_routing import ServedRoute

_URL = re.compile(r"(?P<origin>(?:https?://(?P<host>[^/:]+)(?::(?P<port>\d+))?)?)(?P<path>(?:/[^?#]*)?)", re.IGNORECASE)
_PLAIN = 80


@dataclass(frozen=True, slots=True)
class Request:
    """One request below a base. `rest` is the text behind the base; `prefix` what both bring, "" where they don't.

    `served` is the route that answers without the repetition, `sure` whether it is known what becomes of the request.
    """

    path: ApiPath
    rest: Text
    prefix: str = ""
    served: ServedRoute | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Doubled:
    """A base whose requests bring its prefix again: all of them (`whole`), or some. `api` serves them."""

    base: Text
    variable: str | None
    api: Workload
    requests: tuple[Request, ...]
    whole: bool
    sure: bool

    @property
    def shortened(self) -> str:
        """What the base should be."""
        trimmed = self.base.value.rstrip("/")
        return trimmed.removesuffix(self.requests[0].prefix) + self.base.value[len(trimmed) :]


def doubled(graph: Graph) -> Iterator[Doubled]:
    """Every base that some request repeats."""
    seen: set[tuple[str, int]] = set()
    for pages in graph.pages:
        for (base, variable), paths in _bases(graph, pages.front).items():
            place = base.place
            if place is None or (place[0], place[1].start) in seen:
                continue
            found = _doubled(graph, pages, base, variable, paths)
            if found is not None:
                seen.add((place[0], place[1].start))
                yield found


def _bases(graph: Graph, front: FrontEnd) -> dict[tuple[Text, str | None], list[tuple[ApiPath, Text]]]:
    """The requests by the base that is written apart from their paths, or given by a build."""
    found: dict[tuple[Text, str | None], list[tuple[ApiPath, Text]]] = {}
    for path in front.api_paths:
        parts = path.value.parts
        rest = next((part for part in parts[1:] if isinstance(part, Text) and part.place is not None), None)
        begins = parts[1] if len(parts) > 1 else None
        if rest is None or not isinstance(begins, Text) or not begins.value.startswith("/"):
            continue
        for base, variable in _given(graph, front, parts[0]):
            found.setdefault((base, variable), []).append((path, rest))
    return found


def _given(graph: Graph, front: FrontEnd, first: object) -> Iterator[tuple[Text, str | None]]:
    """The texts that a base comes to: what it is, what builds give, else the fallback."""
    if isinstance(first, Text):
        yield first, None
    if not isinstance(first, Hole):
        return
    builds = [found for found in graph.front_builds if found.front.folder == front.folder]
    baked = [frontend_builds.baked(graph, found, first.name) for found in builds]
    yield from ((text, first.name) for text in dict.fromkeys(baked) if isinstance(text, Text) and text.value)
    if first.default is not None and first.default.text is not None and None in baked:
        yield first.default.text, None


def _doubled(
    graph: Graph, pages: Pages, base: Text, variable: str | None, paths: list[tuple[ApiPath, Text]]
) -> Doubled | None:
    match = _URL.fullmatch(base.value)
    if match is None or not match["path"].strip("/"):
        return None
    api = _served_by(graph, pages, match, paths)
    if api is None:
        return None
    requests = [_request(graph, pages, api, match, asking) for asking in paths]
    repeated = tuple(one for one in requests if one.prefix)
    if not repeated or len({one.prefix for one in repeated}) != 1:
        return None
    others = [one for one in requests if not one.prefix]
    sure = all(one.sure for one in requests) and _is_followed(pages.front, base)
    return Doubled(base, variable, api, repeated, not others, sure)


def _is_followed(front: FrontEnd, base: Text) -> bool:
    """Whether every use of a base is a request whose path is seen."""
    vague = (call.value for call in front.calls if not isinstance(next(iter(call.value.parts[1:]), None), Text))
    begins = (value.parts[0] for value in (*vague, *front.loose) if value.parts)
    return all(not isinstance(first, Text) or first.place != base.place for first in begins)


def _served_by(graph: Graph, pages: Pages, base: re.Match[str], paths: list[tuple[ApiPath, Text]]) -> Workload | None:
    """The one application that the requests come to, through the pages' own proxy or at its published port."""
    workload = pages.proxied.workload
    if not base["origin"]:
        if not front_doors.comes_here(graph, workload, base["path"]):
            return None
        location = choose(pages.server.locations, base["path"].rstrip("/") + paths[0][1].value).location
        handler = location.handler if location is not None else None
        behind = proxying.behind(graph, workload, handler) if handler is not None else ()
        return behind[0] if len(behind) == 1 else None
    if not address.is_loopback(base["host"]):
        return None
    port = int(base["port"] or _PLAIN)
    siblings = [
        one
        for one in workload.deployment.workloads
        if any(d.published == port and d.says is Says.PUBLISHED for d in one.declarations)
    ]
    return siblings[0] if len(siblings) == 1 and siblings[0] is not workload else None


def _request(graph: Graph, pages: Pages, api: Workload, base: re.Match[str], asking: tuple[ApiPath, Text]) -> Request:
    path, rest = asking
    _, own, whole, _ = taken(Template(path.value.parts[1:]))
    prefix = _common(base["path"], own, whole=whole)
    asked = own + "1" if own.endswith("/") and not whole else own
    routing, before = proxied_routes.routing_of(graph, api), base["path"].rstrip("/")
    seen = _seen(pages, base, before + asked)
    served = None if routing is None or seen is None else routing.serves(seen)
    if not prefix or served is not False or routing is None:
        return Request(path, rest, sure=served is True)
    fixed = _seen(pages, base, before.removesuffix(prefix) + asked)
    route = next((r for r in routing.routes if fixed and not r.websocket and re.fullmatch(r.pattern, fixed)), None)
    return Request(path, rest, prefix if route is not None else "", route, sure=route is not None)


def _common(base: str, path: str, *, whole: bool) -> str:
    """The longest run of whole segments that a base ends with and a path begins with."""
    ending, begins = base.strip("/").split("/"), path.strip("/").split("/")
    if not whole and not path.endswith("/"):
        begins = begins[:-1]
    for length in range(min(len(ending), len(begins)), 0, -1):
        if ending[-length:] == begins[:length]:
            return "/" + "/".join(begins[:length])
    return ""


def _seen(pages: Pages, base: re.Match[str], path: str) -> str | None:
    """The path that the application sees."""
    if base["origin"]:
        return path
    location = choose(pages.server.locations, path).location
    return upstream_path(location, path) if location is not None else None
