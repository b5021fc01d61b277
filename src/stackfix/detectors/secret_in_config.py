"""A secret that looks live is written in a tracked file of production.

What it finds: a provider's token, a private key, a long random password or key in the environment of a production
deployment, in a Secret of its manifests (encoded ones too), or in a tracked `.env` of production.

Why it breaks: nothing today. Whoever can read the repository has the secret, and so has its history.

Which side is right: the file names the secret, and what holds secrets has it: a Secret made elsewhere, Compose
`secrets`, a variable of the host. The value is to be changed: it has been written down. It is never shown.

Limits: production files alone (by configuration, else by a file, folder or namespace called so); words that people
choose for development, placeholders, references, hashes, encrypted values and what browsers are given are silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import written_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.written_secrets import Written

RULE = Rule(
    "secret-in-config",
    Family.ENVIRONMENT,
    Severity.WARNING,
    "a secret that looks live is written in a tracked file of production",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every secret that is written out."""
    for one in written_secrets.written(graph):
        yield _finding(one)


def _finding(one: Written) -> Finding:
    return Finding(
        rule=RULE,
        message=f"{one.name} is given here with what looks like a live secret, in a file that git tracks",
        location=Location(one.location.path, one.location.span, "the value is not shown"),
        anchor=one.anchor,
        value=one.name,
        remedy=Remedy(Applicability.MANUAL, "name it by a reference, keep it elsewhere, and change it"),
    )
