"""A placeholder of a template is never replaced, though the script replaces others of its form.

What it finds: a template that a script fills in with sed, perl or envsubst, in which a placeholder (`{{NAME}}`,
`__NAME__`, `@NAME@`, `<NAME>`, `%NAME%`, `${NAME}`) stays that no script speaks of, among others that are replaced.
Also a list of variables for envsubst in double quotes, which the shell fills in: then nothing is replaced at all.

Why it breaks: the placeholder itself arrives where a host, a port or a name should be.

Which side is right: neither can be known: the script lacks an expression, or the template has a name too many. Nothing
is edited.

Limits: silent for other template engines, for files that fill in `${NAME}` themselves (shell, Compose, Dockerfiles),
for nginx's own variables, for comments, where a script may replace more than can be seen, and where any program or
document of the repository speaks of the placeholder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.placeholders import Left, Swallowed

RULE = Rule("placeholder-left", Family.SCRIPTS, Severity.ERROR, "a placeholder of a template is never replaced")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every placeholder that stays."""
    for one in placeholders.left(graph.library):
        place = placeholders.place(one)
        if place is not None:
            yield _finding(one, place)
    for swallowed in placeholders.swallowed(graph):
        place = located(swallowed.text, "is filled in before envsubst reads it")
        if place is not None:
            yield _swallowed(swallowed, place)


def _swallowed(one: Swallowed, place: Location) -> Finding:
    return Finding(
        rule=RULE,
        message=f"the shell fills in {' '.join(one.text.value.split())}: envsubst gets no names, and replaces nothing",
        location=place,
        anchor=Anchor(one.path, "text", name="envsubst"),
        value=one.text.value,
        evidence=(one.stays,) if one.stays is not None else (),
        remedy=Remedy(Applicability.MANUAL, "put the list in single quotes"),
    )


def _finding(one: Left, place: Location) -> Finding:
    others = "another" if one.others == 1 else f"{one.others} others"
    return Finding(
        rule=RULE,
        message=f"nothing replaces {one.text.value} in {one.path}; {one.by.path} replaces {others} of that form",
        location=place,
        anchor=Anchor(one.path, "text", name="placeholder"),
        value=one.text.value,
        evidence=(Location(one.by.path, one.by.span, "replaces others"),),
        remedy=Remedy(Applicability.MANUAL, f"replace {one.text.value} there as well, or take it out of the template"),
    )
