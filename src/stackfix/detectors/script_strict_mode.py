"""A deploy script goes on after a failed step.

What it finds: a script that builds, applies or deploys in several steps, one resting on the other, of which nobody
looks at the result: no strict mode, no trap, no condition, no `|| exit`.

Why it breaks: when a build or an apply fails, the next step deploys what was there before, and the script ends well.

Which side is right: neither; the script is made to stop at the first failure: `set -euo pipefail` in bash, `set -eu` in
sh, without the part about unset variables where the script asks for them itself, and without the part about pipes where
one ends in `grep -q` or `head`, which stop before all is read. Commands that fail only because their
work is done already (a namespace that exists) are kept harmless with `|| true`.

Limits: files that other scripts read, scripts that read others, and scripts that handle their errors are left alone.
Where a command may fail in a healthy run (a search that finds nothing, a bare test), nothing is edited and the lines
are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import strictness
from stackfix.repairs.add_statement import AddStatement
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.strictness import Loose

RULE = Rule("script-strict-mode", Family.SCRIPTS, Severity.WARNING, "a deploy script goes on after a failed step")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every deploy script that nothing stops."""
    for loose in strictness.loose(graph.library):
        yield _finding(loose)


def _finding(loose: Loose) -> Finding:
    first, last = loose.steps[0], loose.steps[-1]
    weak = tuple(place for text in loose.fragile if (place := located(text, "may fail in a healthy run")))
    return Finding(
        rule=RULE,
        message=(
            f"when {first.tool} {first.verb} fails, the script goes on to {last.tool} {last.verb}:"
            " nothing looks at the result"
        ),
        location=Location(first.location.path, first.location.span, "its failure is not seen"),
        anchor=Anchor(loose.path, "shell", name="strict mode"),
        value="goes on",
        evidence=(Location(last.location.path, last.location.span, "and this runs all the same"), *weak),
        remedy=_remedy(loose),
    )


def _remedy(loose: Loose) -> Remedy:
    what = f"stop at the first failure: {loose.statement}"
    if loose.fragile:
        return Remedy(Applicability.MANUAL, f"{what}, once the commands that may fail are guarded")
    ends = tuple(text.slice(len(text), len(text)) for text in loose.repeats)
    guards = tuple(SetText(end, " || true") for end in ends)
    return Remedy(Applicability.UNSAFE, what, (AddStatement(Anchor(loose.path, "shell"), loose.statement), *guards))
