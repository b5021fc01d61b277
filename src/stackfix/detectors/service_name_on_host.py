"""A process on the host uses a name or a port that exists inside containers alone.

What it finds: an address in a dotenv file that a run on the host reads, whose host is a Compose service (or the name
of its container), or whose port on localhost is the one inside the container while another one is published.

Why it breaks: names of services resolve in their networks alone, and the host reaches published ports only.

Which side is right: what the project publishes: localhost and the host's side of the `ports` entry.

Limits: only files that are certain: `.env.local` and its like where the code, a command or a bundler is seen to load
them, and a `.env` beside source that people are told to start and no container runs; silent where a container is
given the file, too. A port alone may be another server of the host: that repair is unsafe. Kafka has its own rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import host_files
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.host_files import Inside
    from stackfix.graph.link import Graph

RULE = Rule(
    "service-name-on-host",
    Family.NAMES,
    Severity.ERROR,
    "a process on the host uses a name or port of containers",
    yields_to=("kafka-bootstrap",),
)
_HERE = "localhost"


def detect(graph: Graph) -> Iterator[Finding]:
    """Every address that the host can't use."""
    for one in host_files.inside(graph):
        yield _finding(graph, one)


def _finding(graph: Graph, one: Inside) -> Finding:
    host, published = one.address.host.value, one.published
    fits = f"; {_HERE}:{published.published} is where it is published" if published is not None else ""
    why = "a name of containers alone" if one.named else f"the port of {one.workload.name} inside its container"
    witnesses = [one.file.loaded]
    if published is not None and (place := located(published.published_text or published.port_text, "published here")):
        witnesses.append(place)
    return Finding(
        rule=RULE,
        message=f"{one.variable} has a process on the host reach {host}:{one.port}, {why}{fits}",
        location=Location(one.location.path, one.location.span, "read on the host"),
        anchor=one.anchor,
        value=f"{host}:{one.port}",
        evidence=tuple(witnesses),
        remedy=_remedy(one),
        components=graph.called(one.workload),
    )


def _remedy(one: Inside) -> Remedy:
    repairs = _repairs(one)
    if one.published is None or not repairs:
        return Remedy(Applicability.MANUAL, f"publish {one.workload.name}, and reach it at {_HERE}")
    grade = Applicability.SAFE if one.named else Applicability.UNSAFE
    return Remedy(grade, f"use {_HERE}:{one.published.published}", repairs)


def _repairs(one: Inside) -> tuple[Repair, ...]:
    found, port = one.address, one.published.published if one.published is not None else None
    host = _HERE if one.named else found.host.value
    if found.port_text is None and port != one.port:
        return (SetText(found.host, f"{host}:{port}"),) if found.scheme is not None else ()
    names = (SetText(found.host, host),) if one.named else ()
    ports = (SetText(found.port_text, str(port)),) if found.port_text is not None and found.port != port else ()
    return (*names, *ports)
