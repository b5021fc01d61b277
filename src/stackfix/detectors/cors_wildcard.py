"""Every page on the web may call the API, in production or together with cookies.

What it finds: `*` as the allowed origin of a Starlette or FastAPI, flask-cors or django-cors-headers application that
runs in a production deployment; and, in any deployment, `*` together with credentials.

Why it breaks: any site that a user visits can read the API's answers. With credentials browsers refuse a literal `*`,
and a server that echoes the origin instead hands the user's session to every site.

Which side is right: the origins of the configuration, else those that Ingress hosts, nginx's server names and published
front ends really have.

Limits: `*` without credentials outside production may be meant and is left alone, as are settings under a condition
and a `*` among the items of a list in Node, which is compared literally. Where no origin is known, or only what
development publishes, nothing is edited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import cross_origin, origins
from stackfix.graph.production import in_production

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stackfix.graph.cross_origin import Open
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.origins import Origin

RULE = Rule("cors-wildcard", Family.BROWSER, Severity.WARNING, "every page on the web may call the API")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every place that lets all pages in."""
    for place in cross_origin.open_to_all(graph):
        yield _finding(graph, place)


def _finding(graph: Graph, place: Open) -> Finding:
    production = [w for w in place.workloads if in_production(w, graph.policy)]
    runs = production or place.workloads
    known = origins.of(graph, place.workloads)
    where = f"{runs[0].name} in production" if production else runs[0].name if runs else "the application"
    cookies = ", with credentials" if place.credentials else ""
    listed = f"; its pages are at {', '.join(o.value for o in known)}" if known else ""
    return Finding(
        rule=RULE,
        message=f"{where} lets pages of every origin (*) call it{cookies}{listed}",
        location=Location(place.location.path, place.location.span, "every origin is allowed"),
        anchor=place.anchor,
        value="*",
        evidence=tuple(dict.fromkeys(_witnesses(runs, known))),
        remedy=_remedy(graph, place, known),
        components=graph.called(*place.workloads),
    )


def _witnesses(runs: Sequence[Workload], known: Iterable[Origin]) -> Iterator[Location]:
    yield from (Location(w.location.path, w.location.span, f"runs {w.name}") for w in runs[:1])
    yield from (Location(o.location.path, o.location.span, o.source.value) for o in known if o.location)


def _remedy(graph: Graph, place: Open, known: tuple[Origin, ...]) -> Remedy:
    values = tuple(origin.value for origin in known)
    if not values:
        return Remedy(Applicability.MANUAL, "allow the origins of the pages that call it")
    repairs = cross_origin.allowing(graph.library, place, values)
    what = f"allow {', '.join(values)}"
    # What development publishes is only one of the places that the pages may be reached at.
    if not repairs or all(origin.source is origins.From.PUBLISHED for origin in known):
        return Remedy(Applicability.MANUAL, what, (), (Choice(what, repairs),))
    sure = any(origin.source is origins.From.POLICY for origin in known)
    return Remedy(Applicability.SAFE if sure else Applicability.UNSAFE, what, repairs)
