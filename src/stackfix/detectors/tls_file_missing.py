"""nginx names a certificate or key that its container doesn't hold.

What it finds: an `ssl_certificate` or `ssl_certificate_key` whose file no mount and no COPY puts into the container of
the nginx that reads it; or one in a mounted folder of the repository that holds other certificates and not this one.

Why it breaks: nginx refuses to start: the file can't be loaded.

Which side is right: nobody can tell here; certificates come from outside. Mount the folder that they lie in, or name
the file as it is called there.

Limits: silent for what a named volume, a Secret, a Compose secret or a missing folder may hold, for Let's Encrypt's
folders, for names with variables, and where a start script or a step of the image may make the file.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import nginx_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.graph.link import Graph
    from stackfix.graph.nginx_names import Named

RULE = Rule(
    "tls-file-missing",
    Family.BROWSER,
    Severity.ERROR,
    "nginx names a certificate or key that its container doesn't hold",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every folder of certificates that isn't there, once a configuration."""
    groups: dict[tuple[object, str, str], list[Named]] = {}
    for named in nginx_names.absent(graph, nginx_names.CERTIFICATES):
        key = (named.proxied.workload, named.said.anchor.path, posixpath.dirname(named.path))
        groups.setdefault(key, []).append(named)
    for found in groups.values():
        yield _finding(graph, found)


def _finding(graph: Graph, found: Sequence[Named]) -> Finding:
    first, workload = found[0], found[0].proxied.workload
    names = ", ".join(dict.fromkeys(posixpath.basename(one.path) for one in found))
    folder = posixpath.dirname(first.path)
    place = first.said.location
    return Finding(
        rule=RULE,
        message=f"{workload.name} holds no {names} in {folder}: nothing mounts or copies it there",
        location=Location(place.path, place.span, "nginx loads it as it starts"),
        anchor=first.said.anchor,
        value=first.path,
        evidence=(
            Location(workload.location.path, workload.location.span, f"{workload.name} runs this nginx"),
            *(Location(o.said.location.path, o.said.location.span, "not there either") for o in found[1:]),
        ),
        remedy=Remedy(Applicability.MANUAL, f"mount the certificates at {folder}, or name the files that are there"),
        components=graph.called(workload),
    )
