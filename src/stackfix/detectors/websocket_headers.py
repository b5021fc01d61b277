"""A location hands a WebSocket on without the handshake.

What it finds: a location of the nginx that a container runs, through which a WebSocket comes (by the application's own
routes, or because the front end opens it there) and that doesn't send the Upgrade header, the Connection header that
goes with it, or speaks HTTP/1.0 to the application.

Why it breaks: the application sees a plain request and refuses it; the browser's WebSocket fails with 400, 404 or 426.

Which side is right: the application, which serves the route as a WebSocket. Where plain requests come through the same
location, the Connection header is taken from a `map` of `$http_upgrade`, so that their connections stay as they are; a
location for WebSockets alone gets the constant.

A start script's `envsubst` that empties `$http_upgrade` is given the list of what the template takes from outside.

Socket.IO, SockJS and SignalR get along without: their clients then poll, which is slower and needs sticky sessions.
That is a warning, and only for a location that is for them by its own path.

Limits: a handshake that works is never touched. Where it is known which WebSockets the front end opens, locations that
none of them comes through are left alone. Silent where an include that can't be read may complete the handshake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import emptied, handshaking, socket_ways
from stackfix.graph.proxy_websocket import handshake
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.emptied import Emptied
    from stackfix.graph.link import Graph
    from stackfix.graph.socket_ways import Way

RULE = Rule(
    "websocket-headers",
    Family.BROWSER,
    Severity.ERROR,
    "a location hands a WebSocket on without the Upgrade handshake",
)

_WORDS = {"proxy_http_version": "HTTP/1.1", "Upgrade": "the Upgrade header", "Connection": "the Connection header"}


def detect(graph: Graph) -> Iterator[Finding]:
    """Every location through which a WebSocket comes and fails."""
    for way in socket_ways.ways(graph):
        found = handshake(way.location, way.proxied.facts)
        if found.certain and not found.complete:
            yield _finding(graph, way, found.missing)
    seen: set[Location] = set()
    for one in emptied.emptied(graph):
        place = located(one.value, "nothing is left of it")
        if place is not None and place not in seen:
            seen.add(place)
            yield _emptied(graph, one, place)


def _emptied(graph: Graph, one: Emptied, place: Location) -> Finding:
    """A header that is lost when its template is rendered."""
    listed = " ".join(f"${{{name}}}" for name in one.names)
    word = located(one.word, "fills every variable, nginx's own too")
    remedy = Remedy(Applicability.SAFE, f"fill {listed} alone", (SetText(one.word, f"envsubst '{listed}'"),))
    return Finding(
        rule=RULE,
        message=f"the Upgrade header is empty once the template is rendered: envsubst fills {one.value.value}, too",
        location=place,
        anchor=Anchor(place.path, "nginx"),
        value=one.value.value,
        evidence=(word,) if word is not None else (),
        remedy=remedy if listed else Remedy(Applicability.MANUAL, "say which variables envsubst is to fill"),
        components=graph.called(one.workload),
    )


def _finding(graph: Graph, way: Way, missing: tuple[str, ...]) -> Finding:
    location = way.location
    sees = " and ".join(target.name for target in way.targets) or "the application"
    return Finding(
        rule=RULE,
        message=(
            f"location {location.path.value} hands on the WebSocket {', '.join(way.paths)} without"
            f" {_listed(missing)}: {f'clients of {sees} poll instead' if way.polls else f'{sees} sees a plain request'}"
        ),
        location=Location(location.location.path, location.location.span, "no handshake comes through here"),
        anchor=location.anchor,
        value=" ".join(missing),
        evidence=way.witnesses,
        remedy=_remedy(graph, way),
        level=Severity.WARNING if way.polls else None,
        components=graph.called(way.proxied.workload, *way.targets),
    )


def _listed(missing: tuple[str, ...]) -> str:
    words = [_WORDS[name] for name in missing]
    return " and ".join((*filter(None, (", ".join(words[:-1]),)), words[-1]))


def _remedy(graph: Graph, way: Way) -> Remedy:
    location, facts = way.location, way.proxied.facts
    kept = handshaking.keeps_alive(location, facts) and not way.dedicated
    shared = handshaking.upgrade_variable(graph, way.proxied.workload, facts, "" if kept else "close")
    if way.dedicated and (shared is None or shared[1] is not None):
        shared = ("upgrade", None)
    if shared is None:
        return Remedy(Applicability.MANUAL, "send the Upgrade header, and Connection from a map of $http_upgrade")
    connection, block = shared
    made = (*handshaking.repairs(location, facts, connection), *((block,) if block is not None else ()))
    # A map that is there may close the plain requests' connections that this location keeps open.
    grade = Applicability.UNSAFE if kept and block is None else Applicability.SAFE
    return Remedy(grade, "let the handshake through", made)
