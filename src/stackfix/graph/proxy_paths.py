"""Locations that send their application paths which it doesn't serve, and the spelling that sends those it does.

`location /api/ { proxy_pass http://app:8000/; }` sends `/users`, without the last slash `/api/users`: the application's
own routes decide which of them is right, and what the pages ask for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph import doubled_prefixes, front_doors, node_sources, page_calls, proxied_routes, proxying
from stackfix.graph.proxy_facts import Modifier
from stackfix.graph.proxy_matching import choose, upstream_path
from stackfix.repairs.set_text import SetText
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.findings import Anchor
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.page_calls import Call
    from stackfix.graph.proxy_facts import Pass, ProxyLocation, ProxyServer
    from stackfix.graph.proxying import Proxied
    from stackfix.graph.python_routing import Routing, ServedRoute

_PREFIX = frozenset({Modifier.PREFIX, Modifier.FINAL_PREFIX})
_PREFIXED = re.compile(
    r"root_path|SCRIPT_NAME|APPLICATION_ROOT|openapi_prefix|[Ff]orwarded[-_][Pp]refix|FORWARDED_PREFIX"
    r"|DispatcherMiddleware|PrefixMiddleware|root-path|stripPrefix"
)
"""What lets an application take a prefix off by itself."""
TRIVIAL = re.compile(
    r"/?(?:(?:api/)?(?:health|healthz|healthcheck|ready|readyz|readiness|live|livez|liveness|ping|status|metrics|version|"
    r"docs|redoc|openapi\.json|favicon\.ico|robots\.txt|info))?/?"
)
"""Routes that say nothing of where an application thinks it is mounted."""


SERVED_ASIDE = re.compile(
    r"/(?:static|media|assets|uploads?|files|images?|img|public|ws|wss|websockets?|sockets?|socket\.io|admin|docs|redoc|"
    r"swagger|openapi\.json|metrics|health\w*|ping|status|favicon\.ico|\.well-known|hubs?|sse|events|stream)(?:[/-]|$)"
)
"""Locations whose paths middleware often serves, beside all routes."""


_REQUESTS = re.compile(r"/(?:apis?|rest|rpc|graphql|backend|v\d+)(?:[/-]|$)")
"""Locations that are for plain requests, whatever headers they have."""


@dataclass(frozen=True, slots=True, eq=False)
class Spelling:
    """How a location and its pass may be written. `repairs` make it so, `told` is the pass or location then."""

    location: ProxyLocation
    repairs: tuple[SetText, ...]
    told: str


@dataclass(frozen=True, slots=True, eq=False)
class Astray:
    """A location whose requests come to no route, and the spelling by which they would.

    `asked` is a path that a client asks for, `sent` what the application sees of it now, `route` what it would meet.
    `call` is the page's request, where one is seen.
    """

    proxied: Proxied
    location: ProxyLocation
    handler: Pass
    target: Workload
    asked: str
    sent: str
    route: ServedRoute
    call: Call | None
    spelling: Spelling


@dataclass(frozen=True, slots=True, eq=False)
class _Site:
    """A location among its siblings, with what the application behind it serves."""

    proxied: Proxied
    siblings: tuple[ProxyLocation, ...]
    location: ProxyLocation
    handler: Pass
    target: Workload
    routing: Routing
    calls: tuple[Call, ...]
    has_pages: bool


def astray(graph: Graph) -> Iterator[Astray]:
    """Every such location; none where another deployment that reads the same line is served by it."""
    verdicts: dict[Anchor, list[Astray | None]] = {}
    # Requests whose base brings the prefix again are wrong themselves, and no witness of what the location should send.
    repeated = {request.path.location for found in doubled_prefixes.doubled(graph) for request in found.requests}
    for site in _sites(graph):
        calls = tuple(call for call in site.calls if call.location not in repeated)
        if calls or not site.calls:
            verdicts.setdefault(site.handler.anchor, []).append(_judged(replace(site, calls=calls)))
    for found in verdicts.values():
        first = found[0]
        if first is not None and all(one is not None and one.spelling.told == first.spelling.told for one in found):
            yield first


def _sites(graph: Graph) -> Iterator[_Site]:
    built = graph.front_builds
    for proxied in proxying.proxied(graph):
        for server, siblings in proxied_routes.groups(proxied.facts):
            pages = front_doors.fronts(graph, proxied, server) if server is not None else ()
            calls: tuple[Call, ...] = ()
            if server is not None and pages:
                calls = (*page_calls.calls(graph, built, proxied, server), *page_calls.sockets(graph, proxied, server))
            for location in siblings:
                yield from _site(graph, proxied, server, siblings, location, calls, bool(pages))


def _site(  # noqa: PLR0913, PLR0917 - a site has that many parts
    graph: Graph,
    proxied: Proxied,
    server: ProxyServer | None,
    siblings: tuple[ProxyLocation, ...],
    location: ProxyLocation,
    calls: tuple[Call, ...],
    has_pages: bool,
) -> Iterator[_Site]:
    handler = location.handler
    if handler is None or not _plain(location, handler) or (server is not None and not server.certain):
        return
    targets = proxying.behind(graph, proxied.workload, handler)
    if len(targets) != 1:
        return
    routing, alone = proxied_routes.routing_at(graph, proxied, handler, targets[0])
    if routing is None or alone or not routing.complete or _takes_prefix(graph, targets[0], location):
        return
    if _is_for_any_socket(routing, location):
        return
    taken = tuple(call for call in calls if choose(siblings, call.path).location is location)
    yield _Site(proxied, siblings, location, handler, targets[0], routing, taken, has_pages)


def _plain(location: ProxyLocation, handler: Pass) -> bool:
    """Whether nothing but the two spellings decides the path that is sent."""
    hidden = location.nested or location.rewrites or location.block.hidden or location.modifier not in _PREFIX
    simple = handler.keyword == "proxy_pass" and not handler.stream and not handler.variable
    written = handler.text.place is not None and location.path.place is not None and handler.resolved == handler.text
    uri = handler.uri.value if handler.uri is not None else ""
    return not hidden and simple and written and "$" not in location.path.value and not re.search(r"[$?]", uri)


def _takes_prefix(graph: Graph, target: Workload, location: ProxyLocation) -> bool:
    """Whether the application may take a prefix off by itself: by its source, its command, what it is told."""
    headers = location.block.effective("proxy_set_header").said
    return any(said.values and _PREFIXED.search(said.values[0]) for said in headers) or mounts_itself(graph, target)


def mounts_itself(graph: Graph, target: Workload) -> bool:
    """Whether an application may take a prefix off by its source, its command or its variables."""
    if any(_PREFIXED.search(name) for name in graph.environment(target).variables):
        return True
    begun = graph.started(target)
    for process in begun.processes if begun is not None else ():
        texts = [word.text for word in process.words]
        if any(text is None or _PREFIXED.search(text.value) for text in texts):
            return True
    return any(graph.library.get(path, takes_prefix) for path in _sources(graph, target))


def _sources(graph: Graph, target: Workload) -> Iterator[str]:
    for program in graph.programs(target) or node_sources.programs(graph, target):
        yield from program.paths


def takes_prefix(text: Text) -> bool:
    """Whether a file of source speaks of a prefix that the application takes off."""
    return _PREFIXED.search(text.value) is not None


def _is_for_any_socket(routing: Routing, location: ProxyLocation) -> bool:
    """Whether a location may be there for a server of WebSockets that takes every path."""
    headers = location.block.effective("proxy_set_header").said
    upgrades = any(said.values and said.values[0].lower() == "upgrade" for said in headers)
    return upgrades and not _REQUESTS.match(location.path.value) and any(map(proxied_routes.takes_all, routing.routes))


# --- judging ---------------------------------------------------------------------------------------------------------


def _judged(site: _Site) -> Astray | None:
    wanted = tuple((path, call) for path, call in _wanted(site) if _is_taken(site.siblings, site.location, path))
    if not wanted or any(_answered(site, path, call) for path, call in wanted):
        return None
    fitting = [one for one in _spellings(site) if _all_answered(site, one, wanted)]
    if len(fitting) != 1:
        return None
    for path, call in wanted:
        sent = upstream_path(site.location, path)
        route = _route(site.routing, upstream_path(fitting[0].location, path), whole=call is None or call.whole)
        if sent is not None and route is not None:
            return Astray(site.proxied, site.location, site.handler, site.target, path, sent, route, call, fitting[0])
    return None


def _wanted(site: _Site) -> Iterator[tuple[str, Call | None]]:
    """The paths that clients ask for: what pages request, else what the routes themselves say."""
    prefix = site.location.path.value.rstrip("/") + "/"
    telling = [r.path for r in site.routing.routes if not TRIVIAL.fullmatch(r.path)]
    if site.calls:
        yield from ((call.path, call) for call in site.calls)
    elif prefix == "/" or not telling:
        return
    elif all(path.startswith(prefix) for path in telling):
        # Pages whose requests aren't seen may ask for the prefix twice, and be right.
        yield from () if site.has_pages else ((proxied_routes.sample(path), None) for path in telling)
    elif _is_dead(site, prefix):
        yield from ((prefix + path, None) for path in _below(site, telling))


def _below(site: _Site, routes: list[str]) -> list[str]:
    """What follows the location's prefix for each route: without what `proxy_pass` itself puts before it."""
    samples = [proxied_routes.sample(path) for path in routes]
    own = site.handler.uri.value.rstrip("/") + "/" if site.handler.uri is not None else "/"
    inner = [path for path in samples if path.startswith(own)]
    return [path.removeprefix(own) for path in inner] or [path.lstrip("/") for path in samples]


def _is_dead(site: _Site, prefix: str) -> bool:
    """Whether the location keeps a prefix that no route has, or joins the paths by too many or too few slashes."""
    own = prefix.rstrip("/")
    if any(route.path.split("/")[:2] == own.split("/")[:2] for route in site.routing.routes):
        return False  # Nobody means to ask for /api/orders/api/users.
    if SERVED_ASIDE.match(prefix) or any(route.path.startswith(own) for route in site.routing.routes):
        return False
    if any(own.startswith(p.rstrip("/")) or p.startswith(own) for p in site.routing.unknown):
        return False
    uri = site.handler.uri
    return uri is None or uri.value.endswith("/") != site.location.path.value.endswith("/")


def _is_taken(siblings: Sequence[ProxyLocation], location: ProxyLocation, path: str) -> bool:
    match = choose(siblings, path)
    return match.location is location and not match.redirect


def _answered(site: _Site, path: str, call: Call | None) -> bool:
    """Whether a path comes through the location to a route, or may."""
    sent = upstream_path(site.location, path)
    if sent is None or any(sent.startswith(prefix) for prefix in site.routing.unknown):
        return True
    return _route(site.routing, sent, whole=call is None or call.whole) is not None


def _route(routing: Routing, sent: str | None, *, whole: bool) -> ServedRoute | None:
    """The route that a path comes to; for the beginning of one, a route that begins so."""
    for route in routing.routes if sent is not None else ():
        if proxied_routes.takes_all(route):
            continue  # It answers no plain request.
        if re.fullmatch(route.pattern, sent or ""):
            return route
        if not whole and sent and _begins(route.path, sent):
            return route
    return None


def _begins(route: str, sent: str) -> bool:
    """Whether a path that begins like `sent` may come to a route."""
    ours, theirs = sent.split("/"), route.split("/")
    if len(theirs) < len(ours):
        return False
    *full, last = ours
    alike = all(one == other or re.match(r"[{<:]", other) for one, other in zip(full, theirs, strict=False))
    end = theirs[len(full)]
    return alike and (end.startswith(last) or re.match(r"[{<:]", end) is not None)


def _all_answered(site: _Site, spelling: Spelling, wanted: Sequence[tuple[str, Call | None]]) -> bool:
    """Whether the spelling sends most of the wanted paths to routes."""
    siblings = tuple(spelling.location if one is site.location else one for one in site.siblings)
    met = [path for path, call in wanted if _meets(site, siblings, spelling, path, call)]
    return len(met) * 2 > len(wanted)


def _meets(site: _Site, siblings: Sequence[ProxyLocation], spelling: Spelling, path: str, call: Call | None) -> bool:
    sent = upstream_path(spelling.location, path) if _is_taken(siblings, spelling.location, path) else None
    return _route(site.routing, sent, whole=call is None or call.whole) is not None


# --- the other spellings ---------------------------------------------------------------------------------------------


def _spellings(site: _Site) -> Iterator[Spelling]:
    """Without a path, with `/`, and with both ends alike; each as the fewest characters that make it."""
    told: set[str] = set()
    for one in (_bare(site), _stripped(site), _evened(site)):
        if one is not None and one.told not in told:
            told.add(one.told)
            yield one


def _bare(site: _Site) -> Spelling | None:
    """The path stays as it is asked for."""
    uri = site.handler.uri
    if uri is None or uri.value == site.location.path.value:
        return None
    repairs = (SetText(uri, ""),)
    return _spelled(site, site.location.path, None, repairs)


def _stripped(site: _Site) -> Spelling | None:
    """The location's prefix is taken off."""
    location, uri = site.location.path, site.handler.uri
    if uri is not None and uri.value != "/":
        return None
    end = site.handler.text.slice(len(site.handler.text), len(site.handler.text))
    repairs: tuple[SetText, ...] = () if uri is not None else (SetText(end, "/"),)
    if not location.value.endswith("/"):
        repairs += (SetText(location.slice(len(location), len(location)), "/"),)
    return _spelled(site, _slashed(location), Text.unwritten("/"), repairs) if repairs else None


def _evened(site: _Site) -> Spelling | None:
    """A path that ends in a slash where the location doesn't, or the other way round."""
    location, uri = site.location.path, site.handler.uri
    if uri is None or uri.value == "/" or uri.value.endswith("/") == location.value.endswith("/"):
        return None
    end = uri.slice(len(uri), len(uri))
    if location.value.endswith("/"):
        return _spelled(site, location, Text.unwritten(uri.value + "/"), (SetText(end, "/"),))
    cut = uri.slice(len(uri) - 1, len(uri))
    return _spelled(site, location, Text.unwritten(uri.value.rstrip("/")), (SetText(cut, ""),))


def _slashed(path: Text) -> Text:
    return path if path.value.endswith("/") else Text.unwritten(path.value + "/")


def _spelled(site: _Site, path: Text, uri: Text | None, repairs: tuple[SetText, ...]) -> Spelling:
    old, handler = site.location, site.handler
    authority = handler.text.value.removesuffix(handler.uri.value) if handler.uri is not None else handler.text.value
    resolved = Text.unwritten(authority + (uri.value if uri is not None else ""))
    new = replace(handler, uri=uri, resolved=resolved)
    passes = tuple(new if one is handler else one for one in old.passes)
    return Spelling(replace(old, path=path, passes=passes), repairs, f"location {path.value} with {resolved.value}")
