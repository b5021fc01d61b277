"""A script names a manifest, Compose file or Dockerfile that doesn't exist.

What it finds: a kubectl, docker or Compose command of a script, a Makefile or a workflow whose file, or whose folder of
manifests, the repository doesn't hold where the command looks for it.

Why it breaks: the command fails, or the script goes on without what it should have applied.

Which side is right: the repository. Where just one file has that name, the command is led to it; where none has, to the
one of its folder whose name means the same: `.yaml` for `.yml`, `production` for `prod`, `Dockerfile.api` for
`api.Dockerfile`.

Limits: silent for files that git ignores, that the script makes, downloads or asks for first, for paths with variables,
and where the folder it is started in decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import script_builds, script_paths
from stackfix.repairs.set_text import SetText
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.script_paths import Missing
    from stackfix.tree import Tree

RULE = Rule(
    "script-path-missing",
    Family.SCRIPTS,
    Severity.ERROR,
    "a script names a file that doesn't exist",
    yields_to=("missing-build-context", "missing-dockerfile"),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every path of a script that leads nowhere."""
    for missing in script_paths.missing(graph.library):
        # Where the folder that is built is missing too, that is the fault.
        if script_builds.of_step(graph.library, missing.script, missing.step) is None:
            yield _finding(graph.library.tree, missing)


def _finding(tree: Tree, missing: Missing) -> Finding:
    step, candidates, first = missing.step, missing.candidates, missing.texts[0]
    there = f"; {candidates[0][0]} is there" if len(candidates) == 1 else ""
    files = (p if tree.is_file(p) else next(tree.below(p), None) for p, _ in candidates)
    again = tuple(where for text in missing.texts[1:] if (where := located(text, "and here")))
    return Finding(
        rule=RULE,
        message=f"{step.tool} {step.verb} takes {first.value}, which doesn't exist{there}",
        location=located(first, "named here") or step.location,
        anchor=Anchor(missing.script.path, "shell", name="path"),
        value=first.value,
        evidence=(*again, *(Location(p, Span(0, 0), "may be meant") for p in files if p is not None)),
        remedy=_remedy(missing),
    )


def _remedy(missing: Missing) -> Remedy | None:
    ways = [(path, new) for path, new in missing.candidates if new is not None]
    choices = tuple(Choice(f"take {path}", tuple(SetText(t, new) for t in missing.texts)) for path, new in ways)
    if len(missing.candidates) == 1 and choices:
        return Remedy(Applicability.SAFE, choices[0].description, choices[0].repairs)
    return Remedy(Applicability.MANUAL, "say which file is meant", (), choices) if choices else None
