"""Which front end's pages a proxy serves, and which WebSockets they open at the proxy's own address."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import container, frontend, proxies, proxying
from stackfix.graph.model import Platform
from stackfix.graph.proxy_matching import choose
from stackfix.graph.proxying import Proxied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.frontend import FrontEnd, SocketPath
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_facts import ProxyLocation, ProxyServer

_HTML = "/usr/share/nginx/html"
_BUILT = frozenset({"dist", "build", "out", "public", "www", "_site"})
_WHOLE = frozenset({"", "/", "/*", "/?(.*)", "/(.*)"})
"""How routes write that they take every path."""


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """A server of a workload's nginx that gives out the pages of one front end."""

    proxied: Proxied
    server: ProxyServer
    front: FrontEnd


def pages(graph: Graph) -> tuple[Pages, ...]:
    """Every server that gives out a front end's pages, images that only their own command runs too."""
    return tuple(
        Pages(Proxied(workload, facts), server, front)
        for workload in graph.running
        for facts in graph.proxies(workload)
        for server in facts.servers
        for front in fronts(graph, Proxied(workload, facts), server)
    )


def stock_pages(graph: Graph) -> tuple[Pages, ...]:
    """The same for the nginx image's own server, where nothing takes its place: it lies in no repository."""
    return tuple(
        Pages(Proxied(workload, facts), server, front)
        for workload in graph.running
        if (facts := proxies.stock(graph, workload)) is not None
        for server in facts.servers
        for front in fronts(graph, Proxied(workload, facts), server)
    )


def forwarding(graph: Graph) -> frozenset[str]:
    """The folders of the front ends whose pages come from a server that also hands other paths on."""
    return frozenset(
        one.front.folder
        for one in graph.pages
        if any(location.handler and location.path.value != "/" for location in one.server.all_locations())
    )


def opened(graph: Graph, proxied: Proxied, server: ProxyServer) -> tuple[SocketPath, ...]:
    """The WebSockets that the pages of a server open at their own origin, where browsers come to that server."""
    return tuple(
        path
        for front in fronts(graph, proxied, server)
        for path in front.websocket_paths
        if path.relative and path.path is not None and comes_here(graph, proxied.workload, path.path)
    )


def all_opened(graph: Graph, proxied: Proxied, server: ProxyServer) -> tuple[SocketPath, ...]:
    """All that the pages open at their own origin, wherever it goes from there; none where any can't be told."""
    found = [path for front in fronts(graph, proxied, server) for path in front.websocket_paths]
    return tuple(found) if all(path.relative and path.path is not None for path in found) else ()


def fronts(graph: Graph, proxied: Proxied, server: ProxyServer) -> tuple[FrontEnd, ...]:
    """The front ends whose pages a server gives out, from its own files or from who is behind `/`."""
    found = (front_of(graph, workload) for workload in givers(graph, proxied, server))
    return tuple({front.folder: front for front in found if front is not None}.values())


def givers(graph: Graph, proxied: Proxied, server: ProxyServer) -> tuple[Workload, ...]:
    """Who has the pages that a server gives out: its own workload, else whoever is behind `/`."""
    root = choose(server.locations, "/")
    if not server.certain or not root.known or not _gives_pages(server, root.location):
        return ()
    handler = root.location.handler if root.location is not None else None
    return (proxied.workload,) if handler is None else proxying.behind(graph, proxied.workload, handler)


def _gives_pages(server: ProxyServer, location: ProxyLocation | None) -> bool:
    if location is None:
        return server.block.last("root") is not None and server.block.last("return") is None
    return location.returns is None


def front_of(graph: Graph, workload: Workload) -> FrontEnd | None:
    """The one front end that a workload's image is built from, or whose build it mounts; None where several may be."""
    found = _built(graph, workload)
    return found if found is not None else _plain(graph, workload)


def _plain(graph: Graph, workload: Workload) -> FrontEnd | None:
    """The pages that a workload's nginx gives out as they lie in the tree."""
    seen = container.files(graph, workload)
    said = (s for facts in graph.proxies(workload) for server in facts.servers for s in server.block.walk())
    roots = {s.values[0] for s in said if s.keyword == "root" and s.values} or {_HTML}
    pages = (seen.lookup(posixpath.join(root, "index.html")) for root in sorted(roots) if root.startswith("/"))
    folders = {posixpath.dirname(page) for page in pages if isinstance(page, str)}
    if len(folders) != 1:
        return None
    folder = folders.pop()
    return graph.library.remember(("pages", folder), lambda: frontend.plain(graph.library, folder))


def _built(graph: Graph, workload: Workload) -> FrontEnd | None:
    build = graph.build_of(workload)
    if build is None:
        return _mounted(graph, workload)
    for folder in dict.fromkeys((build.context, posixpath.dirname(build.dockerfile))):
        found = front_end(graph, folder)
        if found is not None:
            return found
    within = build.context + "/" if build.context else ""
    folders = (posixpath.dirname(p) for p in graph.library.tree.named("package.json") if p.startswith(within))
    fronts = [f for folder in folders if (f := front_end(graph, folder)) is not None]
    return fronts[0] if len(fronts) == 1 and not _is_anothers(graph, workload, fronts[0]) else None


def _is_anothers(graph: Graph, workload: Workload, front: FrontEnd) -> bool:
    """Whether another service of the same project is built in the front end's own folder: it gives the pages out."""
    builds = (graph.build_of(w) for w in workload.deployment.workloads if w is not workload)
    return any(b is not None and front.folder in {b.context, posixpath.dirname(b.dockerfile)} for b in builds)


def _mounted(graph: Graph, workload: Workload) -> FrontEnd | None:
    """The front end whose build's folder is mounted: `./web/dist` belongs to `web`."""
    folders = dict.fromkeys(
        posixpath.dirname(mount.source.rstrip("/"))
        for mount in workload.mounts
        if mount.source is not None and posixpath.basename(mount.source.rstrip("/")) in _BUILT
    )
    fronts = [f for folder in folders if (f := front_end(graph, folder)) is not None]
    return fronts[0] if len(fronts) == 1 else None


def front_end(graph: Graph, folder: str) -> FrontEnd | None:
    """The front end of a folder, read once."""
    return graph.library.remember(("front end", folder), lambda: frontend.front_end(graph.library, folder))


def comes_here(graph: Graph, workload: Workload, path: str) -> bool:
    """Whether a browser's request for a path reaches this proxy: nothing before it is seen to take it elsewhere."""
    if workload.deployment.platform is Platform.COMPOSE:
        return any(declaration.published is not None for declaration in workload.declarations)
    return not any(_covers(backend, path) for backend in _paths(graph, workload))


def _paths(graph: Graph, workload: Workload) -> Iterator[str]:
    """The paths that routes of the cluster take from the root's."""
    for cluster in graph.world.clusters:
        if cluster.deployment is workload.deployment:
            yield from (b.path for b in cluster.backends if b.path is not None and b.path not in _WHOLE)


def _covers(route: str, path: str) -> bool:
    """Whether a route may take a path: by its literal beginning, as patterns are written in many ways."""
    literal = route.split("(", 1)[0].split("*", 1)[0].rstrip("/")
    return path.startswith(literal)
