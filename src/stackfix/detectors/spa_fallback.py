"""nginx answers the pages of a single-page app with 404.

What it finds: a front end that is built to files and keeps its pages in the path (React Router's BrowserRouter, Vue's
web history, Angular's router …), served by an nginx whose location for them has no `try_files … /index.html`.

Why it breaks: the first page works, but who reloads another one, or comes by a link, gets 404.

Which side is right: the front end, whose pages are no files. nginx answers with index.html for them.

Limits: silent for routers behind a `#`, frameworks that make a file for each page, an `error_page` for 404, rewrites
and conditions, and where the files aren't seen to lie in the server's root.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import page_files
from stackfix.repairs.add_block import AddBlock
from stackfix.repairs.add_directives import AddDirectives
from stackfix.repairs.set_directive import SetDirective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.link import Graph
    from stackfix.graph.page_files import Unfallen

RULE = Rule(
    "spa-fallback",
    Family.BROWSER,
    Severity.ERROR,
    "nginx answers the pages of a single-page app with 404",
)

_TRIES = ("$uri", "$uri/", "/index.html")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every server that doesn't fall back to the app's one page."""
    for found in page_files.unfallen(graph):
        yield _finding(graph, found)


def _finding(graph: Graph, found: Unfallen) -> Finding:
    server, taken = found.pages.server, found.location
    place = found.tries.location if found.tries is not None else (taken or server).location
    by = f"location {taken.path.value}" if taken is not None else "nginx"
    return Finding(
        rule=RULE,
        message=f"{by} answers with 404 for the pages of {found.pages.front.folder or 'the front end'}: no fallback",
        location=Location(place.path, place.span, "what is no file ends here"),
        anchor=found.tries.anchor if found.tries is not None else (taken or server).anchor,
        value="try_files",
        evidence=(found.router,),
        remedy=Remedy(Applicability.UNSAFE, "fall back to /index.html", (_repair(found),)),
        components=graph.called(found.pages.proxied.workload),
    )


def _repair(found: Unfallen) -> Repair:
    if found.tries is not None:
        return SetDirective(found.tries.anchor, (*found.tries.values[:-1], _TRIES[-1]))
    if found.location is not None:
        return AddDirectives(found.location.anchor, (("try_files", *_TRIES),))
    return AddBlock(found.pages.server.anchor, "location", ("/",), (("try_files", *_TRIES),))
