"""A variable of a Compose file is given by nothing, or its defaults can't be meant.

What it finds: `${NAME}` without a default that no `.env`, example, script, CI definition, document or comment names;
a variable for which a data store and a service that uses it have different defaults; quotes inside a default of an
`environment` value; a dollar before something that can be no name (`'^1$'`, `$(date)`).

Why it breaks: Compose puts nothing in the place of an unset variable and only warns; two sides with different defaults
don't meet; the quotes become part of the value; at a dollar that begins no variable older releases of Compose refuse
the whole file, and those of today don't (info).

Which side is right: nobody can tell; the value is the deployer's to give. A default in quotes is offered without
them. A dollar that begins no variable can only be meant as one, and is written `$$`.

Limits: silent for `${NAME:?message}`, which is a decision, for what the machine gives, where a `.env` without an
example is kept out of git, or a service is given the `.env` that nobody sees: what it holds is unknown; and for what
only a switch that is off would need (`PROXY_HOST` beside `${PROXY:-false}`). Where there is neither a `.env` nor an
example it is a warning, and silent for secrets: whoever deploys may give them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import undefined
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.undefined import Undefined

RULE = Rule("env-undefined", Family.ENVIRONMENT, Severity.ERROR, "a variable of a Compose file is given by nothing")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every variable that comes to nothing, or to something that can't be meant."""
    for one in undefined.undefined(graph):
        yield _finding(one)


def _finding(one: Undefined) -> Finding:
    bare = one.quoted.value[1:-1] if one.quoted is not None else ""
    choices = (Choice("without the quotes", (SetText(one.quoted, bare),)),) if one.quoted is not None and bare else ()
    remedy = Remedy(Applicability.MANUAL, one.advice, choices=choices)
    level = None if one.certain else Severity.WARNING
    if one.dollar is not None:
        level = Severity.INFO
        written = (SetText(one.dollar, "$$"),) if "$$" in one.advice else ()
        remedy = Remedy(Applicability.UNSAFE if written else Applicability.MANUAL, one.advice, written)
    return Finding(
        rule=RULE,
        message=one.message,
        location=Location(one.location.path, one.location.span, "used here"),
        anchor=one.anchor,
        value=one.name,
        evidence=tuple(Location(p.path, p.span, "and here") for p in one.others),
        remedy=remedy,
        level=level,
    )
