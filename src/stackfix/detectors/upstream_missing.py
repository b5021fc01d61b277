"""nginx hands requests on to an upstream that is never defined.

What it finds: a `proxy_pass`, `fastcgi_pass`, `uwsgi_pass`, `scgi_pass` or `grpc_pass` to a plain name, in an nginx
that defines upstreams, where no configuration that this nginx reads defines one of that name and no service, alias,
container_name or Service is called so.

Why it breaks: nginx looks the name up as a host when it starts, finds nothing, and doesn't start at all.

Which side is right: the upstreams that are defined. The one with nearly the same name is meant; else the one upstream
that nothing uses, where this is the only name that is missing and its servers speak the pass's protocol.

Limits: silent for names with a dot or a port, for variables, and where an include or a start script may define more.
Where another nginx reads the same line and is served by it, nothing is edited. Where no upstream is defined at all,
`unknown-host` speaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import lost_upstreams
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.lost_upstreams import Lost

RULE = Rule(
    "upstream-missing",
    Family.BROWSER,
    Severity.ERROR,
    "nginx hands requests on to an upstream that is never defined",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every pass to a name that nothing answers to, where upstreams are defined."""
    for lost in lost_upstreams.lost(graph):
        yield _finding(graph, lost)


def _finding(graph: Graph, lost: Lost) -> Finding:
    name = lost.name.value
    what = f"; {lost.fits[0].name.value} is what fits" if len(lost.fits) == 1 else ""
    return Finding(
        rule=RULE,
        message=f"{lost.said.keyword} names {name}, which is neither an upstream of this nginx nor a host{what}",
        location=located(lost.name, "nothing is called so") or lost.said.location,
        anchor=lost.said.anchor,
        value=name,
        evidence=tuple(
            Location(u.location.path, u.location.span, f"upstream {u.name.value} is defined here") for u in lost.fits
        ),
        remedy=_remedy(lost),
        components=graph.called(*((lost.workload,) if lost.workload is not None else ())),
    )


def _remedy(lost: Lost) -> Remedy | None:
    choices = tuple(Choice(f"name {u.name.value}", (SetText(lost.name, u.name.value),)) for u in lost.fits)
    if not choices:
        return None
    if lost.content:
        return Remedy(Applicability.MANUAL, "give each deployment its own line: another nginx reads this one")
    if len(choices) > 1:
        return Remedy(Applicability.MANUAL, "say which upstream is meant", (), choices)
    return Remedy(Applicability.SAFE, choices[0].description, choices[0].repairs)
