"""A front end is built for another path than nginx serves it by.

What it finds: Vite's `base`, Vue CLI's `publicPath`, Create React App's `homepage` or Angular's `baseHref` that differs
from the path below which nginx gives out the folder that the build is copied or mounted to.

Why it breaks: the page asks for its scripts and styles by paths that nginx doesn't have, and stays empty.

Which side is right: nginx, whose paths others know. The base follows.

Limits: silent for relative bases, for a base that a script, a variable or a build step gives, and where another proxy
or an Ingress stands before this nginx and may take the prefix off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import page_files
from stackfix.repairs.set_text import SetText
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.page_files import Astray

RULE = Rule(
    "asset-base",
    Family.BROWSER,
    Severity.ERROR,
    "a front end is built for another path than nginx serves it by",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every build whose base isn't where its files are."""
    for found in page_files.astray(graph):
        yield _finding(graph, found)


def _finding(graph: Graph, found: Astray) -> Finding:
    pages, written = found.pages, found.written
    front, server = pages.front, pages.server.location
    place = located(written, f"built for {found.base}") if written is not None else None
    return Finding(
        rule=RULE,
        message=f"{front.folder or 'the front end'} is built for {found.base}, but nginx serves it by {found.served}",
        location=place or Location(front.package, Span(0, 0), "built for /, the bundler's own base"),
        anchor=Anchor(place.path if place is not None else front.package, "any", (), None, "base"),
        value=found.base,
        evidence=(Location(server.path, server.span, f"gives the files out by {found.served}"),),
        remedy=_remedy(found),
        components=graph.called(pages.proxied.workload),
    )


def _remedy(found: Astray) -> Remedy:
    written = found.written
    if written is None or "://" in written.value:
        return Remedy(Applicability.MANUAL, f"build it for {found.served}")
    ends = written.value.endswith("/") or found.served == "/"
    new = found.served if ends else found.served.rstrip("/")
    return Remedy(Applicability.UNSAFE, f"build it for {new}", (SetText(written, new),))
