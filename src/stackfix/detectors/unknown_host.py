"""A reference names a host that resolves to nothing where it is evaluated.

What it finds: an address in a container's environment, a default in the source or a setting of Spring Boot that takes
effect, or what the source itself gives the driver of a data store, whose host is no service, alias, container_name or
link on a network that the container is on, and no Service of its namespace; and `0.0.0.0` in a variable that a front
end is built with, which is an address to listen on.

Why it breaks: the name is not resolved, so nothing is ever connected.

Which side is right: the deployment, which says what its components are called. The one component that fits is taken:
the same name less a prefix, suffix or separator, with the port and protocol of the address; or what `[names]` in the
configuration says. Where the component is built here and nothing speaks for that port, a person decides.

Limits: dotted names, IP addresses, names that only an unset variable gives, networks that strangers may be on (unless
the address names the port that a component of that name's kin publishes on the host), and names that another project of
the repository has are unknown, not wrong. So are services that stand in the Compose file as a comment, to be switched
on, or that Symfony Flex adds, and names in a cluster that nothing here comes near: charts, operators and people make
Services, too.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import bound_addresses, connections, environment, fitting, moves, proxying
from stackfix.graph.model import Place, Writing
from stackfix.graph.reach import Reached
from stackfix.graph.value import Origin
from stackfix.repairs.set_text import SetText
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.bound_addresses import Asked
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference

RULE = Rule(
    "unknown-host",
    Family.NAMES,
    Severity.ERROR,
    "a reference names a host that resolves to nothing",
    yields_to=("upstream-missing",),
)

_FILLED_IN = re.compile(
    r"(?i)^(?:your|my|the|change)[_-]|[_-](?:ips?|addr(?:ess)?|domain|hostname|fqdn)$|^(?:ip|domain|host|hostname|fqdn)$"
)
"""Names that a person is to put a real one in the place of: `external_ip`, `your_server`."""
_BLANK = re.compile(r"(?i)(?:your|my|the|some)?[_-]?(?:ip|domain|host|hostname|fqdn|server|address)(?:[_-]?name)?$")
_PLACEHOLDER = re.compile(
    r"(?i)^(?:your|change)[_-]|[_-](?:goes[_-])?here$|^x{3,}$|^<|>$|(?:^|[_-])(?:disabled?|none|off|unused)$"
)
"""Names that are nobody's, whatever they are akin to: `your_postgres_url`, `redis-disabled`."""
_JUDGED = frozenset({Writing.ENVIRONMENT, Writing.SOURCE_DEFAULT, Writing.APPLICATION_CONFIG, Writing.PROXY})


def detect(graph: Graph) -> Iterator[Finding]:
    """Every reference to a name that nothing answers to."""
    told = set()
    for finding in _looked_up(graph):
        told.add((finding.location.path, finding.location.span))
        yield finding
    for reference, fit in connections.unmet(graph):
        place = reference.location
        if (place.path, place.span) not in told and not _PLACEHOLDER.search(reference.address.host.value):
            yield _finding(graph, reference, fit, proxying.Readers())
    seen: set[Location] = set()
    for one in bound_addresses.asked(graph):
        if one.variable.location not in seen:
            seen.add(one.variable.location)
            yield _bound(one)


def _looked_up(graph: Graph) -> Iterator[Finding]:
    """What deployments, proxies and the defaults of variables name."""
    for reference in graph.references:
        if reference.writing not in _JUDGED or reference.place not in {Place.CONTAINER, Place.POD}:
            continue
        fit = _fit(graph, reference)
        blank = _PLACEHOLDER.search(reference.address.host.value) or _is_blank(reference)
        if fit is None or blank or fitting.is_left_out(graph, reference):
            continue
        others = proxying.readers(graph, reference, partial(_same, graph, fit))
        if (fit.candidates or _telling(graph, reference)) and not others.variant:
            yield _finding(graph, reference, fit, others)


def _is_blank(reference: Reference) -> bool:
    """Whether an example leaves the name for a person to fill in: `user:password@host`."""
    return _BLANK.match(reference.address.host.value) is not None and environment.is_example(reference.location.path)


def _bound(one: Asked) -> Finding:
    """An address to listen on, which no browser asks."""
    host, variable = one.address.host, one.variable
    return Finding(
        rule=RULE,
        message=f"{variable.name} has a browser ask {host.value}, which is an address to listen on; localhost answers",
        location=located(host, "a browser asks this") or variable.location,
        anchor=variable.anchor,
        value=host.value,
        evidence=(Location(one.front.package, Span(0, 0), "the front end that is built with it"),),
        remedy=Remedy(Applicability.SAFE, "ask localhost", (SetText(host, "localhost"),)),
    )


def _fit(graph: Graph, reference: Reference) -> fitting.Fit | None:
    """Who was meant by a name that resolves to nothing; None for any other."""
    reached = graph.resolve(reference).reached
    if reached is Reached.MISSING:
        return fitting.fit(graph, reference)
    return fitting.published(graph, reference) if reached is Reached.UNKNOWN else None


def _same(graph: Graph, fit: fitting.Fit, other: Reference) -> bool:
    """Whether the same edit is right for another reader of the line."""
    found = _fit(graph, other)
    if found is None:
        return False
    return found.certain and [(c.name, c.port) for c in found.candidates] == [(c.name, c.port) for c in fit.candidates]


def _finding(graph: Graph, reference: Reference, fit: fitting.Fit, others: proxying.Readers) -> Finding:
    host = reference.address.host.value
    names = ", ".join(candidate.name for candidate in fit.candidates)
    witnesses = [Location(c.place.path, c.place.span, f"{c.name} is here") for c in fit.candidates]
    if fit.policy:
        witnesses.append(Location(fit.policy.path, fit.policy.span, "the configuration decides"))
    remedy, copies = _remedy(graph, reference, fit, others)
    return Finding(
        rule=RULE,
        message=(
            f"{host} resolves to nothing here"
            + (_told(reference, fit, names) if len(fit.candidates) == 1 else "")
            + others.told
        ),
        location=Location(reference.location.path, reference.location.span, "this name is looked up"),
        anchor=reference.anchor,
        value=reference.value.value,
        evidence=(*witnesses, *others.places, *copies),
        remedy=remedy,
        components=graph.concerned(reference, *(c.workload for c in fit.candidates)),
    )


def _told(reference: Reference, fit: fitting.Fit, name: str) -> str:
    """What is said of the only candidate."""
    if fit.certain:
        return f"; {name} is what fits"
    return f"; {name} is called like it, but nothing says that it has {reference.address.port}"


def _remedy(
    graph: Graph, reference: Reference, fit: fitting.Fit, others: proxying.Readers
) -> tuple[Remedy | None, tuple[Location, ...]]:
    targets = [moves.Target(candidate.name, candidate.port) for candidate in fit.candidates]
    if not targets:
        return None, ()
    if others.workloads:
        return Remedy(Applicability.MANUAL, f"give each deployment its own line: here {targets[0].host}"), ()
    if fit.certain:
        move = moves.move(graph, reference, targets[0])
        return Remedy(Applicability.SAFE, f"name {targets[0].host}", move.repairs), move.copies
    choices = tuple(Choice(f"name {t.host}", moves.move(graph, reference, t).repairs) for t in targets)
    return Remedy(Applicability.MANUAL, "say which component is meant", (), choices), ()


def _telling(graph: Graph, reference: Reference) -> bool:
    """Whether a value with no candidate is certainly an address that nothing else can serve: a URL of Compose's own.

    A file of variables brings what other programs read, too: a name that nothing here says may be read by nobody.
    An nginx that is to forward to a name which isn't there doesn't even start.
    """
    if reference.place is Place.POD or (reference.variable is not None and not _is_said(graph, reference)):
        return False
    if _FILLED_IN.search(reference.address.host.value):
        return False
    if fitting.is_added_by_recipes(graph, reference) or fitting.is_run_elsewhere(graph, reference):
        return False
    if reference.writing is Writing.PROXY:
        return proxying.looked_up_at_start(graph, reference)
    return reference.writing is Writing.ENVIRONMENT and reference.address.scheme is not None


def _is_said(graph: Graph, reference: Reference) -> bool:
    asker, name = reference.workload, reference.variable or ""
    given = asker.environment.get(name) if asker is not None else None
    filed = given is not None and given.origin is Origin.ENV_FILE
    return not filed or any(environment.spoken(graph.library, said) for said in (name, name.lower()))
