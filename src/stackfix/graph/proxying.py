"""What a workload's nginx hands requests on to: its addresses as references, and the components behind a location.

One configuration that several deployments use gives a reference for each: what is wrong in one may be right in another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import address, kubernetes_names, proxies, proxy_passes
from stackfix.graph.model import Place, Platform, Reference, Writing
from stackfix.graph.proxy_facts import Pass, UpstreamServer
from stackfix.graph.reach import Reached
from stackfix.graph.value import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address, Workload
    from stackfix.graph.proxy_facts import NginxFacts
    from stackfix.spans import Span
    from stackfix.text import Text

_NAMED = 2
"""How many other readers of a line are named."""


@dataclass(frozen=True, slots=True, eq=False)
class Proxied:
    """One configuration as one workload's nginx reads it."""

    workload: Workload
    facts: NginxFacts


def proxied(graph: Graph) -> Iterator[Proxied]:
    """Every configuration that some workload is seen to run."""
    for workload in graph.workloads:
        for facts in graph.proxies(workload):
            yield Proxied(workload, facts)


def references(graph: Graph, workload: Workload) -> Iterator[Reference]:
    """Every address that a workload's nginx hands requests on to, each written place once."""
    for facts in graph.proxies(workload):
        own = frozenset(facts.files)
        servers = (as_reference(graph, workload, server) for upstream in facts.upstreams for server in upstream.servers)
        passes = (handler for handler in facts.passes if not _may_be_an_upstream(graph, workload, handler))
        for found in (*servers, *(as_reference(graph, workload, handler) for handler in passes)):
            if found is not None and (place := _told_here(graph, found, own)) is not None:
                yield replace(found, location=place)


def looked_up_at_start(graph: Graph, reference: Reference) -> bool:
    """Whether nginx looks a host up before it answers anybody: one that a variable brings waits for a request."""
    found = graph.proxies(reference.workload) if reference.workload is not None else ()
    servers = {server.anchor for facts in found for upstream in facts.upstreams for server in upstream.servers}
    passes = {handler.anchor for facts in found for handler in facts.passes if not handler.variable}
    return reference.anchor in servers | passes


def _may_be_an_upstream(graph: Graph, workload: Workload, said: Pass) -> bool:
    """Whether a plain name that is no host may be that of an upstream in a file that nobody sees."""
    found = said.address
    if found is None or found.port is not None or proxies.seen_whole(graph, workload):
        return False
    asked = as_reference(graph, workload, said)
    return asked is not None and graph.resolve(asked).reached is Reached.MISSING


def as_reference(graph: Graph, workload: Workload, said: Pass | UpstreamServer) -> Reference | None:
    """The reference that an address of a configuration is to the one who runs it; None where a variable hides it."""
    address = said.address or _filled(graph, workload, said)
    if address is None or (address.host.place or address.host.first_place) is None:
        return None
    if address.scheme is None and address.port is None and isinstance(said, UpstreamServer):
        # A server of an upstream without a port is asked on 80, whatever the scheme of the pass.
        address = replace(address, scheme="http")
    pod = workload.deployment.platform is Platform.KUBERNETES
    return Reference(
        address=address,
        value=said.text if isinstance(said, UpstreamServer) else said.resolved,
        location=located(address.host) or said.location,
        anchor=said.anchor,
        writing=Writing.PROXY,
        place=Place.POD if pod else Place.CONTAINER,
        workload=workload,
        calls=True,
    )


def _filled(graph: Graph, workload: Workload, said: Pass | UpstreamServer) -> Address | None:
    """The address once envsubst has put the workload's variables in."""
    if not said.template.holes or (isinstance(said, Pass) and said.upstream is not None):
        return None
    value = said.template.fill(graph.environment(workload))
    return None if value is None else proxy_passes.address_of(value.text)


def _told_here(graph: Graph, reference: Reference, files: frozenset[str]) -> Location | None:
    """Where the configuration itself says where to; what variables say alone is those variables' reference."""
    host, port = reference.address.host, reference.address.port_text
    if _lies_in(host, files):
        return located(host)
    if port is not None and _lies_in(port, files) and graph.resolve(reference).reached is Reached.MET:
        return located(port)
    return None


def _lies_in(text: Text, files: frozenset[str]) -> bool:
    place = text.place
    return place is not None and place[0] in files


def behind(graph: Graph, workload: Workload, handler: Pass) -> tuple[Workload, ...]:
    """The components that a location's requests come to; none where any of them can't be told."""
    said = handler.upstream.servers if handler.upstream is not None else (handler,)
    if handler.upstream is not None and not handler.upstream.certain:
        return ()
    found: dict[Workload, None] = {}
    for one in said:
        met = _met(graph, asked) if (asked := as_reference(graph, workload, one)) is not None else ()
        if not met:
            return ()
        found.update(dict.fromkeys(met))
    return tuple(found)


def ports(graph: Graph, workload: Workload, handler: Pass, target: Workload) -> frozenset[int]:
    """The ports of one of the components behind a location that its requests come to, as far as they can be told."""
    said = handler.upstream.servers if handler.upstream is not None else (handler,)
    asked = (found for one in said if (found := as_reference(graph, workload, one)) is not None)
    return frozenset(port for reference in asked for port in _ports(graph, reference, target))


def _ports(graph: Graph, reference: Reference, target: Workload) -> frozenset[int]:
    reach, port = graph.resolve(reference), reference.address.default_port
    if port is None or target not in _met(graph, reference):
        return frozenset()
    if reach.service is None:
        return frozenset({port})
    led = (kubernetes_names.target_ports(one, (target,)) for one in reach.service.ports if one.port == port)
    return next(led, frozenset())


def addresses(graph: Graph, workload: Workload, handler: Pass) -> tuple[Address, ...]:
    """Where a location's requests go, as written; none where any of it is hidden."""
    said = handler.upstream.servers if handler.upstream is not None else (handler,)
    found = [as_reference(graph, workload, one) for one in said]
    return () if None in found else tuple(one.address for one in found if one is not None)


def _met(graph: Graph, reference: Reference) -> tuple[Workload, ...]:
    reach = graph.resolve(reference)
    if reach.reached is Reached.MET:
        return reach.workloads
    asker, port = reference.workload, reference.address.default_port
    if asker is None:
        return ()
    if asker.deployment.platform is Platform.IMAGE and address.is_loopback(reference.address.host.value):
        return (asker,) if _beside_nginx(graph, asker, port) else ()
    if reach.reached is not Reached.SELF:
        return ()
    near = [w for w in graph.workloads if _same_pod(asker, w)]
    beside = tuple(w for w in near if w is not asker and port in graph.listening(w).ports)
    return beside or ((asker,) if _beside_nginx(graph, asker, port) else ())


def _beside_nginx(graph: Graph, workload: Workload, port: int | None) -> bool:
    """Whether the container runs one program beside its nginx, which listens on other ports."""
    begun = graph.started(workload)
    own = {s.port for facts in graph.proxies(workload) for server in facts.servers for s in server.listens}
    if begun is None or not graph.proxies(workload) or port in own:
        return False
    return len(begun.processes) > 1 and len([p for p in begun.processes if p.tool != "nginx"]) == 1


def _same_pod(one: Workload, other: Workload) -> bool:
    return one.pod is not None and one.pod == other.pod and one.deployment is other.deployment


@dataclass(frozen=True, slots=True)
class Readers:
    """The other workloads that read a written address and wouldn't be served by its repair.

    `variant`: one of them is another form of the very workload that is in trouble (an override of the same Compose
    service), so the address was written for that form; or the line is of an env file whose variable another service is
    given anew: it was written for a run on the host.
    """

    workloads: tuple[Workload, ...] = ()
    variant: bool = False

    @property
    def told(self) -> str:
        """Who else reads the line, as the end of a message."""
        if not self.workloads:
            return ""
        names = [f"{w.name} of {w.deployment.name}" for w in self.workloads[:_NAMED]]
        more = len(self.workloads) - len(names)
        listed = " and ".join((*names, *((f"{more} more",) if more else ())))
        return f"; {listed} {'reads' if len(self.workloads) == 1 else 'read'} the same line and may need it as it is"

    @property
    def places(self) -> tuple[Location, ...]:
        """Where they stand."""
        found = (Location(w.location.path, w.location.span, "reads the same line") for w in self.workloads)
        return tuple(dict.fromkeys(found))[:_NAMED]


_SHARED = frozenset({Writing.PROXY, Writing.ENVIRONMENT, Writing.APPLICATION_CONFIG})


def readers(graph: Graph, reference: Reference, agrees: Callable[[Reference], bool]) -> Readers:
    """Who else reads a written address and may need it as it is: of a proxy, or of a value that workloads share.

    `agrees`: whether the repair is right for another one's reference too.
    """
    asker = reference.workload
    if asker is None or reference.writing not in _SHARED:
        return Readers()
    found: dict[Workload, None] = {}
    own = _pieces(reference)
    for other in graph.references:
        if other.workload in {None, asker, *found} or not _is_shared(reference, own, other):
            continue
        needs = reference.writing is Writing.PROXY or _may_need(graph, reference, other)
        if needs and other.workload is not None and not agrees(other):
            found[other.workload] = None
    variant = any(w.location == asker.location for w in found) or _is_set_for_others(graph, reference, agrees)
    return Readers(tuple(found), variant)


def _is_set_for_others(graph: Graph, reference: Reference, agrees: Callable[[Reference], bool]) -> bool:
    """Whether an env file's line is nothing to a service that takes the file: another is given the variable anew.

    Who needs it has an address of its own, which meets; the line is for a run on the host.
    """
    asker, name = reference.workload, reference.variable
    given = asker.environment.get(name) if asker is not None and name is not None else None
    if asker is None or name is None or given is None or given.origin is not Origin.ENV_FILE:
        return False
    if any(read.name == name for program in graph.programs(asker) for read in program.env_reads):
        return False
    for other in graph.references:
        if other.variable != name or other.workload is None or other.workload.deployment is not asker.deployment:
            continue
        own = other.workload.environment.get(name)
        if own is not None and own.origin is Origin.DEPLOYMENT and graph.resolve(other).reached is Reached.MET:
            return not agrees(other)
    return False


def _is_shared(one: Reference, pieces: frozenset[tuple[str, Span]], other: Reference) -> bool:
    """Whether two references are written at one place, or take their host or port from one (an anchor, a `.env`).

    `pieces` are where the first one's host and port are written.
    """
    if one.location == other.location:
        return True
    return one.writing is other.writing is Writing.ENVIRONMENT and not pieces.isdisjoint(_pieces(other))


def _pieces(reference: Reference) -> frozenset[tuple[str, Span]]:
    texts = (reference.address.host, reference.address.port_text)
    return frozenset(text.place for text in texts if text is not None and text.place is not None)


def _may_need(graph: Graph, reference: Reference, other: Reference) -> bool:
    """Whether a value meets something else for another reader, or the same that does answer there."""
    reach = graph.resolve(other)
    if reach.reached is not Reached.MET:
        return False
    here = {graph.component(workload) for workload in graph.resolve(reference).workloads}
    if not {graph.component(workload) for workload in reach.workloads} <= here:
        return True
    return any(other.address.default_port in graph.settled(workload).ports for workload in reach.workloads)
