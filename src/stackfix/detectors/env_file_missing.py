"""A service's env_file doesn't exist.

What it finds: an `env_file` entry of a Compose service whose file the repository doesn't hold, git doesn't ignore, and
no script or document is seen to make.

Why it breaks: Compose refuses to start the project: the file is not found.

Which side is right: the file's example, where there is one: the file is made from it. Else the entry is marked as not
required.

Limits: silent outside git, where nobody can tell what is kept out on purpose, and for `required: false`, and for a path
that is right from a folder above.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import env_gaps
from stackfix.repairs.create_file import CreateFile
from stackfix.repairs.set_entry import Entries, SetEntry
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.env_gaps import AbsentFile
    from stackfix.graph.link import Graph

RULE = Rule("env-file-missing", Family.ENVIRONMENT, Severity.ERROR, "a service's env_file doesn't exist")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every env_file that nobody has."""
    for absent in env_gaps.absent_files(graph):
        yield _finding(graph, absent)


def _finding(graph: Graph, absent: AbsentFile) -> Finding:
    file, example = absent.file, absent.example
    beside = f"; {posixpath.basename(example)} lies beside it" if example else ""
    return Finding(
        rule=RULE,
        message=f"env_file {file.text.value} doesn't exist, and git doesn't ignore {file.path}{beside}",
        location=Location(file.location.path, file.location.span, "needed here"),
        anchor=file.anchor,
        value=file.text.value,
        evidence=(Location(example, Span(0, 0), "its example"),) if example else (),
        remedy=_remedy(graph, absent),
        components=graph.called(absent.workload),
    )


def _remedy(graph: Graph, absent: AbsentFile) -> Remedy:
    file, example = absent.file, absent.example
    text = graph.library.text(example) if example is not None else None
    if text is not None:
        what = f"make {file.path} from its example"
        return Remedy(Applicability.UNSAFE, what, (CreateFile(file.path, text.value),))
    what = f"start without {file.text.value}"
    if not absent.alone:
        return Remedy(Applicability.MANUAL, what)
    entry = Entries((("path", file.text.value), ("required", False)))
    return Remedy(Applicability.UNSAFE, what, (SetEntry(absent.workload.anchor, "env_file", (entry,)),))
