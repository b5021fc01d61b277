"""What a front end connects to and the Content-Security-Policy of its own pages forbids.

May import the graph's nouns, content_policy, front_doors, written_origins and past_proxy.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.formats import html
from stackfix.graph import address, application_policies, content_policy, frontend_builds, past_proxy, written_origins
from stackfix.graph.application_policies import Said
from stackfix.graph.proxy_matching import choose
from stackfix.graph.value import Hole
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.front_doors import Pages
    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.past_proxy import Past

_PAGES = ("index.html", "public/index.html", "src/index.html")
_ORIGIN = re.compile(r"(?:https?|wss?)://[^/?#\s]+", re.IGNORECASE)
_NAME = "content-security-policy"


@dataclass(frozen=True, slots=True)
class Connection:
    """An address that the front end connects to. `past`: its own proxy forwards it."""

    url: str
    origin: str
    location: Location
    anchor: Anchor
    past: Past | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Forbidden:
    """A connection that a policy of the front end's pages forbids. `workload` sends the pages."""

    workload: Workload
    said: Said
    connection: Connection


def forbidden(graph: Graph) -> Iterator[Forbidden]:
    """Every connection that is forbidden, once for each policy."""
    past = graph.past
    for pages in graph.pages:
        if not pages.front.static:
            continue
        said = (*_headers(pages), *_metas(graph, pages.front))
        if not said:
            continue
        for connection in _connections(graph, pages.front, past):
            here = _seen_from(pages, connection)
            for one in said:
                if content_policy.forbids(one.policy, connection.url, here):
                    yield Forbidden(pages.proxied.workload, one, connection)
    yield from _by_applications(graph, past)


def _by_applications(graph: Graph, past: tuple[Past, ...]) -> Iterator[Forbidden]:
    """What applications forbid the pages that they give out themselves."""
    for served in application_policies.served(graph):
        here = frozenset(
            f"http://{host}:{d.published}"
            for d in served.workload.declarations
            for host in ("localhost", "127.0.0.1")
            if d.published is not None
        )
        for connection in _connections(graph, served.front, past):
            for one in served.said if here and _is_local(connection.origin) else ():
                if content_policy.forbids(one.policy, connection.url, here):
                    yield Forbidden(served.workload, one, connection)


def _seen_from(pages: Pages, connection: Connection) -> frozenset[str]:
    """Where the pages are that connect; nothing where nobody says which public host is the page's own."""
    origins = _origins(pages)
    if _is_local(connection.origin):
        return origins or frozenset({"http://localhost"})
    return origins if any(not _is_local(origin) for origin in origins) else frozenset()


def _is_local(origin: str) -> bool:
    host = re.sub(r":\d+$", "", origin.partition("://")[2])
    return address.is_loopback(host) or not address.is_outside(host)


def _headers(pages: Pages) -> Iterator[Said]:
    """The headers that the page itself comes with."""
    match = choose(pages.server.locations, "/index.html")
    block = match.location.block if match.location is not None else pages.server.block
    if not match.known:
        return
    for said in block.effective("add_header").said:
        if len(said.values) > 1 and said.values[0].lower() == _NAME and (place := located(said.args[1])) is not None:
            yield Said(content_policy.read(said.args[1]), place, said.anchor)


def _metas(graph: Graph, front: FrontEnd) -> Iterator[Said]:
    """The policies that the page's own head says."""
    for name in _PAGES:
        path = posixpath.join(front.folder, name)
        document = graph.library.get(path, html.read) if graph.library.tree.is_file(path) else None
        for index, meta in enumerate(document.metas if document is not None else ()):
            kind, content = meta.attributes.get("http-equiv"), meta.attributes.get("content")
            if kind is None or content is None or kind.value.lower() != _NAME:
                continue
            place = located(content)
            if place is not None:
                yield Said(content_policy.read(content), place, Anchor(path, "html", ("meta", index)))


def _origins(pages: Pages) -> frozenset[str]:
    """Where browsers find the pages: at published ports of this machine, and at the server's own public names."""
    workload = pages.proxied.workload
    found = {f"http://localhost:{d.published}" for d in workload.declarations if d.published is not None}
    found |= {f"http://127.0.0.1:{d.published}" for d in workload.declarations if d.published is not None}
    names = [n.value for n in pages.server.names if "." in n.value and not n.value.startswith(("*", "~", "."))]
    found |= {f"https://{name}" for name in names if not re.fullmatch(r"[\d.]+", name)}
    return frozenset(found)


def _connections(graph: Graph, front: FrontEnd, past: tuple[Past, ...]) -> Iterator[Connection]:
    ways = {one.written.text: one for one in past if one.pages.front.folder == front.folder}
    for written in written_origins.of(graph, front):
        if past_proxy.in_force(graph, front, written):
            place = Location(written.location.path, written.location.span)
            url = written.origin + written.path
            yield Connection(url, written.origin, place, written.anchor, ways.get(written.text))
    yield from _given(graph, front)


def _given(graph: Graph, front: FrontEnd) -> Iterator[Connection]:
    """What builds put in for the variables that requests begin with."""
    values = [path.value for path in front.api_paths] + [path.value for path in front.websocket_paths]
    first = (value.parts[0] for value in values if value.parts)
    names = {part.name for part in first if isinstance(part, Hole)}
    seen: set[tuple[str, str]] = set()
    for found in graph.front_builds:
        for name in sorted(names) if found.front.folder == front.folder else ():
            text = frontend_builds.baked(graph, found, name)
            match = _ORIGIN.match(text.value) if isinstance(text, Text) else None
            place = located(text) if isinstance(text, Text) else None
            if match is None or place is None or (name, match[0]) in seen:
                continue
            seen.add((name, match[0]))
            yield Connection(match[0], match[0], place, Anchor(place.path, "any", (name,)))
