"""A container runs a script that the kernel can't run: it has no run bit, or its `#!` line ends in CR LF.

What it finds: an entry script that a CMD, an ENTRYPOINT, a Compose `command` or `entrypoint`, a Kubernetes `command` or
another script runs by its own path, whose file has mode 644 in the repository or carriage returns at its line ends.

Why it breaks: `permission denied`, or `no such file or directory`: the kernel looks for an interpreter whose name ends
in a carriage return. The container ends at once.

Which side is right: the command. A COPY of the script alone gets `--chmod=755`; else the file itself gets its run bit,
as with a mounted script, which keeps the repository's mode. Line endings become LF.

Limits: silent for scripts that are given to an interpreter (`sh start.sh`), and where a step of the build changes modes
(`chmod`, `COPY --chmod`) or line endings (`dos2unix`, `sed`), or `.gitattributes` sees to these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import executed
from stackfix.repairs.set_mode import SetMode
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.executed import Ran
    from stackfix.graph.image_files import Copying
    from stackfix.graph.link import Graph
    from stackfix.text import Text

RULE = Rule(
    "script-not-executable",
    Family.IMAGES,
    Severity.ERROR,
    "a container runs a script that has no run bit, or whose `#!` line ends in CR LF",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every script that can't be run, each written place once."""
    seen: set[tuple[str, Location]] = set()
    for workload in graph.running:
        for found in executed.ran(graph, workload):
            for finding in _judged(graph, found):
                key = (finding.value, finding.location)
                if key not in seen:
                    seen.add(key)
                    yield finding


def _judged(graph: Graph, found: Ran) -> Iterator[Finding]:
    path = found.executed.path
    text = graph.library.text(path)
    if text is None:
        return
    if not executed.may_run(graph.library, found):
        yield _no_run_bit(graph, found, text)
    written = executed.carriage_returns(graph.library, found)
    place = located(text.slice(0, text.value.find("\n")), "ends in CR LF")
    if written is not None and place is not None:
        ends = [i for i, letter in enumerate(written.value) if letter == "\r" and written.value[i + 1 : i + 2] == "\n"]
        remedy = Remedy(
            Applicability.SAFE, "write its lines with LF", tuple(SetText(written.slice(i, i + 1), "") for i in ends)
        )
        message = f"{path} is run by its path, and its #! line ends in CR LF: no such interpreter exists"
        yield _finding(graph, found, message, place, Anchor(path, "shell", name="line endings"), remedy)


def _no_run_bit(graph: Graph, found: Ran, text: Text) -> Finding:
    path, copying = found.executed.path, found.copying
    message = f"{path} is run by its path, and its mode is 644: it may not be run"
    source = located(copying.sources[0][0].raw, "is copied without a run bit") if copying is not None else None
    if found.alone and copying is not None and source is not None:
        remedy = Remedy(
            Applicability.SAFE, "copy it with --chmod=755", (SetText(_behind_flags(copying), " --chmod=755"),)
        )
        return _finding(graph, found, message, source, copying.anchor, remedy)
    first = text.value.find("\n")
    place = located(text.slice(0, first if first >= 0 else len(text)), "has mode 644")
    assert place is not None
    remedy = Remedy(Applicability.SAFE, "give it mode 755", (SetMode(path, executable=True),))
    return _finding(graph, found, message, place, Anchor(path, "shell", name="mode"), remedy, source)


def _behind_flags(copying: Copying) -> Text:
    """The place behind COPY and its flags."""
    instruction = copying.instruction
    last = instruction.flags[-1].raw if instruction.flags else instruction.keyword
    return last.slice(len(last), len(last))


def _finding(  # noqa: PLR0913, PLR0917 - each is a part of the finding
    graph: Graph,
    found: Ran,
    message: str,
    place: Location,
    anchor: Anchor,
    remedy: Remedy,
    copied: Location | None = None,
) -> Finding:
    word = found.executed.text
    named = located(word, "runs it by its path") if word is not None else None
    return Finding(
        rule=RULE,
        message=message,
        location=place,
        anchor=anchor,
        value=found.executed.path,
        evidence=tuple(p for p in (named, copied) if p is not None),
        remedy=remedy,
        components=graph.called(found.workload),
    )
