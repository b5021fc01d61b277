"""Server-side code in a container calls a sibling at localhost.

What it finds: a connection that the source of a container is seen to open (HTTP, WebSocket, database, cache, broker)
to localhost or 127.0.0.1, on a port that no process of the container binds and that a sibling answers on or publishes.
The address may be a variable's value, a default of the source that the deployment leaves in force, or written in the
source; of Next's source that is its server's (route handlers, pages that aren't the browser's and what these import).
Or it stands in the settings of a Spring Boot program (`spring.datasource.url`, `spring.data.redis.host`,
`eureka.client.service-url.defaultZone` …) that is surely built from the module, for the profiles that are active.
Also an address in a configuration file (YAML, JSON, properties) that Compose mounts into a service, where its
keys name the sibling or its port is nothing but the sibling's published one; it is unsafe to change. So is a variable
of a Compose service with a data store's URL (`postgres://`, `redis://`, `amqp://` …) that nobody is seen to open, where
the image holds no such store and no way to one.

Why it breaks: inside a container localhost is the container itself: the connection is refused.

Which side is right: the deployment. The sibling's service name and its port inside the network are put in the place of
localhost. A default of the source is right for a run on the host and stays as it is: the deployment sets the variable,
as it does for a setting of Spring Boot (`SPRING_DATASOURCE_URL`, or `DB_HOST` where the setting reads `${DB_HOST:…}`).

Limits: silent for what a browser uses, links, origins, a shared network (`network_mode`, one pod), code that is tried
after something else has failed, and where it can't be seen what the container itself binds. A default or an address
that stands in a Python file which only a function imports is told where that function is seen to run: called at the
start or by a route, not under a condition, as a command or as a task of a worker. Kafka's addresses have
rules of their own. An address in the source is unsafe to change where somebody is told to start it on the host, or
where its port is there on the host alone. A default whose login the sibling isn't created with is a person's to set.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import at_loopback, mounted_settings, told_stores
from stackfix.graph.at_loopback import Given
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor
    from stackfix.graph.at_loopback import Astray
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload

RULE = Rule(
    "localhost-in-container",
    Family.NAMES,
    Severity.ERROR,
    "server-side code in a container calls a sibling at localhost",
    yields_to=("kafka-bootstrap",),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every connection that never leaves its container, each place once."""
    found = tuple(at_loopback.astray(graph))
    seen: set[tuple[Location, str | None]] = set()
    for one in found:
        where, anchor = _place(one)
        if (where, one.variable) not in seen:
            seen.add((where, one.variable))
            yield _finding(graph, one, where, anchor, shared=at_loopback.shared(graph, one, found))
    for mounted in mounted_settings.astray(graph):
        if (mounted.reference.location, None) not in seen:
            seen.add((mounted.reference.location, None))
            yield _mounted(graph, mounted)
    told = {where for where, _ in seen}
    for store in told_stores.astray(graph):
        if store.reference.location not in told and _host(store) not in told:
            told.add(store.reference.location)
            yield _told(graph, store)


def _host(one: told_stores.Astray) -> Location | None:
    return located(one.reference.address.host, "its own container")


def _told(graph: Graph, one: told_stores.Astray) -> Finding:
    """A connection string of the Compose file, whoever reads it."""
    found = _said(graph, one.reference, one.sibling, one.port)
    here = (replace(one.sibling.location, note=f"{one.sibling.name} is here"),)
    named = f"{one.reference.variable} {found.value}"
    return replace(found, location=_host(one) or one.reference.location, value=named, evidence=here)


def _mounted(graph: Graph, one: mounted_settings.Astray) -> Finding:
    """An address in a file that the container is given."""
    found, user = _said(graph, one.reference, one.sibling, one.mapping.port), one.reference.workload
    assert user is not None
    told = located(one.mapping.published_text or one.mapping.port_text, f"{one.sibling.name} has this port")
    given = Location(user.location.path, user.location.span, f"{user.name} is given the file")
    return replace(found, evidence=(*filter(None, (told,)), given))


def _said(graph: Graph, reference: Reference, sibling: Workload, port: int) -> Finding:
    """An address that a component is told by its deployment, and the sibling that it means; witnesses are added."""
    found, user = reference.address, reference.workload
    assert user is not None
    repairs = [SetText(found.host, sibling.name)]
    if found.port_text is not None and found.port != port:
        repairs.append(SetText(found.port_text, str(port)))
    return Finding(
        rule=RULE,
        message=(
            f"{user.name} is told to reach {found.host.value}:{found.port}, which is its own container;"
            f" {sibling.name}:{port} is what has that port"
        ),
        location=Location(reference.location.path, reference.location.span, "its own container"),
        anchor=reference.anchor,
        value=f"{found.host.value}:{found.port}",
        remedy=Remedy(Applicability.UNSAFE, f"use {sibling.name}:{port}", tuple(repairs)),
        components=graph.called(user, sibling),
    )


def _finding(graph: Graph, one: Astray, where: Location, anchor: Anchor, *, shared: bool) -> Finding:
    opened, host = one.opened, one.opened.address.host.value
    names = " and ".join(f"{s.name}:{s.port}" for s in one.siblings)
    witnesses = [Location(opened.location.path, opened.location.span, "connects here")]
    written = located(opened.address.host, f"{one.variable} is this without it")
    if one.given is Given.DEFAULT and written is not None:
        # A setting is all that there is to see of its call.
        alone = (written.path, written.span) == (opened.location.path, opened.location.span)
        witnesses = [written] if alone else [*witnesses, written]
    witnesses += [Location(s.location.path, s.location.span, f"{s.name} is here") for s in one.siblings]
    return Finding(
        rule=RULE,
        message=(
            f"{opened.workload.name} connects to {host}:{opened.port}, which is its own container;"
            f" {names} {'is' if len(one.siblings) == 1 else 'are'} what answers on that port"
        ),
        location=where,
        anchor=anchor,
        value=f"{one.variable or ''} {host}:{opened.port}".strip(),
        evidence=tuple(dict.fromkeys(w for w in witnesses if w != where)),
        remedy=_remedy(one, shared=shared),
        components=graph.called(opened.workload, *(s.workload for s in one.siblings)),
    )


def _place(one: Astray) -> tuple[Location, Anchor]:
    """Where a reader would edit: the value, the service that sets none, the source."""
    opened = one.opened
    workload, host = opened.workload, located(opened.address.host, "its own container")
    if one.given is Given.DEFAULT or host is None:
        return Location(workload.location.path, workload.location.span, f"{one.variable} is not set"), workload.anchor
    given = workload.environment.get(one.variable) if one.variable is not None else None
    return host, given.anchor if given is not None else opened.anchor


def _remedy(one: Astray, *, shared: bool) -> Remedy:
    if len(one.siblings) > 1:
        choices = tuple(Choice(f"name {s.name}:{s.port}") for s in one.siblings)
        return Remedy(Applicability.MANUAL, "say which component is meant", choices=choices)
    sibling = one.siblings[0]
    what = f"use {sibling.name}:{sibling.port}"
    if one.refused:
        return Remedy(Applicability.MANUAL, f"set {one.variable}, and the login that {sibling.name} is created with")
    if shared or not one.repairs:
        return Remedy(Applicability.MANUAL, f"{what} in this container")
    if one.given is Given.DEFAULT:
        what = f"set {one.variable}, so that it reaches {sibling.name}:{sibling.port}"
    return Remedy(Applicability.UNSAFE if one.doubtful else Applicability.SAFE, what, one.repairs)
