"""Which front end's pages a proxy serves, and which WebSockets they open at the proxy's own address."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.graph import frontend, proxying
from stackfix.graph.model import Platform
from stackfix.graph.proxy_matching import choose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.frontend import FrontEnd, SocketPath
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_facts import ProxyServer
    from stackfix.graph.proxying import Proxied

_WHOLE = frozenset({"", "/", "/*", "/?(.*)", "/(.*)"})
"""How routes write that they take every path."""


def opened(graph: Graph, proxied: Proxied, server: ProxyServer) -> tuple[SocketPath, ...]:
    """The WebSockets that the pages of a server open at their own origin, where browsers come to that server."""
    return tuple(
        path
        for front in _fronts(graph, proxied, server)
        for path in front.websocket_paths
        if path.relative and path.path is not None and comes_here(graph, proxied.workload, path.path)
    )


def all_opened(graph: Graph, proxied: Proxied, server: ProxyServer) -> tuple[SocketPath, ...]:
    """All that the pages open at their own origin, wherever it goes from there; none where any can't be told."""
    found = [path for front in _fronts(graph, proxied, server) for path in front.websocket_paths]
    return tuple(found) if all(path.relative and path.path is not None for path in found) else ()


def _fronts(graph: Graph, proxied: Proxied, server: ProxyServer) -> tuple[FrontEnd, ...]:
    """The front ends whose pages a server gives out, from its own files or from who is behind `/`."""
    pages = choose(server.locations, "/")
    if not server.certain or not pages.known or pages.location is None or pages.location.returns is not None:
        return ()
    handler = pages.location.handler
    servers = (proxied.workload,) if handler is None else proxying.behind(graph, proxied.workload, handler)
    found = (front_of(graph, workload) for workload in servers)
    return tuple({front.folder: front for front in found if front is not None}.values())


def front_of(graph: Graph, workload: Workload) -> FrontEnd | None:
    """The one front end that a workload's image is built from; None where none or several may be."""
    build = graph.build_of(workload)
    if build is None:
        return None
    for folder in dict.fromkeys((build.context, posixpath.dirname(build.dockerfile))):
        found = frontend.front_end(graph.library, folder)
        if found is not None:
            return found
    within = build.context + "/" if build.context else ""
    folders = (posixpath.dirname(p) for p in graph.library.tree.named("package.json") if p.startswith(within))
    fronts = [f for folder in folders if (f := frontend.front_end(graph.library, folder)) is not None]
    return fronts[0] if len(fronts) == 1 else None


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
