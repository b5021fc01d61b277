"""A pattern stands in a list of origins that is compared literally.

What it finds: an item such as `https://*.example.com` in Starlette's or FastAPI's `allow_origins`, in
django-cors-headers' list, or in the `origin` of a Node application's cors.

Why it breaks: the item is compared character by character with what browsers send, which never holds a `*`; the pages
that are meant are refused.

Which side is right: what is meant, said in the framework's own way: `allow_origin_regex`, with the item taken out of
the list. In Django that is `CORS_ALLOWED_ORIGIN_REGEXES`, in Node a regular expression in the list; both are told and
left to a person.

Limits: flask-cors takes patterns of its own. Where a regular expression is given already, nothing is edited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import cross_origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.cross_origin import Globbed
    from stackfix.graph.link import Graph

RULE = Rule("cors-pattern", Family.BROWSER, Severity.ERROR, "a pattern stands in a list that is compared literally")


_OPTIONS = {"starlette": "allow_origin_regex", cross_origin.NODE: "a regular expression"}


def detect(graph: Graph) -> Iterator[Finding]:
    """Every list of origins with a pattern in it."""
    for one in cross_origin.globbed(graph):
        yield _finding(graph, one)


def _finding(graph: Graph, one: Globbed) -> Finding:
    first, cors = one.patterns[0], one.setting.cors
    place = located(first, "compared literally")
    assert place is not None
    option = _OPTIONS.get(cors.framework, "CORS_ALLOWED_ORIGIN_REGEXES")
    others = tuple(where for text in one.patterns[1:] if (where := located(text, "this too")))
    repairs = cross_origin.matching(graph.library, one)
    grade = Applicability.UNSAFE if repairs else Applicability.MANUAL
    return Finding(
        rule=RULE,
        message=f"{first.value} is compared literally and never matches; a pattern belongs into {option}",
        location=place,
        anchor=cors.anchor,
        value=first.value,
        evidence=(*others, Location(cors.location.path, cors.location.span, "the list is given here")),
        remedy=Remedy(grade, f"match it by {option}", repairs),
        components=graph.called(*one.workloads),
    )
