"""A front end calls an API across origins, and the API's list of origins doesn't hold the front end's own.

What it finds: a Compose project that publishes a front end and an API, whose front end calls the API at its published
port, and whose cross-origin setting (Starlette and FastAPI, flask-cors, django-cors-headers, the cors packages of
Express and its kin) lists none of the origins that the front end is published at. The list is read from the source,
from a variable (JSON or commas), and from where the variable is given: Compose, an env file, `.env`. A list of plain
strings is read from the source of Go (gin-contrib, rs/cors, chi, gorilla, Fiber), Spring, ASP.NET Core, rack-cors,
Laravel, actix-cors and tower-http as well, where the program has just one.

Why it breaks: the browser sends the page's origin, the API doesn't answer that it is allowed, and the browser keeps the
answer from the page.

Which side is right: what is published. The origin is added to the list, in the list's own style, where it is written.

Limits: silent where a pattern or a regular expression may match, where the list is made by code or depends on unseen
variables, where one of several published origins is allowed, and where nginx forwards the call: there is no other
origin then. Public hosts are not judged. A setting that holds a single origin is exchanged, which is unsafe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import foreign_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.foreign_calls import Kept
    from stackfix.graph.link import Graph

RULE = Rule(
    "cors-origin-missing",
    Family.BROWSER,
    Severity.ERROR,
    "an API doesn't let in the origin of the front end that calls it",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every list that lacks the origins of the pages that call."""
    lists: dict[Location, list[Kept]] = {}
    for kept in foreign_calls.kept_out(graph):
        lists.setdefault(kept.allowed.location, []).append(kept)
    for group in lists.values():
        yield _finding(graph, group)


def _finding(graph: Graph, group: list[Kept]) -> Finding:
    first = group[0]
    allowed, call = first.allowed, first.call
    missing = tuple(dict.fromkeys(origin for kept in group for origin, _ in kept.doors))
    pages = (Location(p.path, p.span, f"{k.page.name} is published here") for k in group for _, p in k.doors)
    calls = (Location(k.call.location.path, k.call.location.span, "calls the API here") for k in group)
    return Finding(
        rule=RULE,
        message=(
            f"{first.page.name} is at {' and '.join(missing)} and calls {call.api.name} at {call.url},"
            f" which lets in only {', '.join(allowed.values)}"
        ),
        location=Location(allowed.location.path, allowed.location.span, f"{missing[0]} is not among them"),
        anchor=allowed.anchor,
        value=", ".join(missing),
        evidence=tuple(dict.fromkeys((*pages, *calls))),
        remedy=_remedy(group, missing),
        components=graph.called(*(w for kept in group for w in (kept.page, kept.call.api))),
    )


def _remedy(group: list[Kept], missing: tuple[str, ...]) -> Remedy:
    allowed = group[0].allowed
    repairs = allowed.adding(missing)
    what = f"let in {' and '.join(missing)}"
    if not repairs:
        return Remedy(Applicability.MANUAL, what)
    sure = not allowed.single and all(len(kept.doors) == 1 for kept in group)
    return Remedy(Applicability.SAFE if sure else Applicability.UNSAFE, what, repairs)
