"""A service's env_file doesn't exist.

What it finds: an `env_file` entry of a Compose service whose file the repository doesn't hold, git doesn't ignore, and
no script or document is seen to make.

Why it breaks: Compose refuses to start the project: the file is not found.

Which side is right: the file's example, where there is one: the file is made from it. Else the one file of nearly that
name that gives what the source requires and nothing else gives is named instead. Where the source requires nothing of
it, the entry is marked as not required; else a person decides.

Limits: silent outside git, where nobody can tell what is kept out on purpose, for `required: false`, for a path that is
right from a folder above, and for the project's own `.env` where its Compose files have variables without a default:
whoever starts it has one.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import env_gaps
from stackfix.repairs.create_file import CreateFile
from stackfix.repairs.set_entry import Entries, SetEntry
from stackfix.repairs.set_text import SetText
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.env_gaps import AbsentFile
    from stackfix.graph.link import Graph
    from stackfix.graph.model import EnvFile

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
        evidence=tuple(_witnesses(absent)),
        remedy=_remedy(graph, absent),
        components=graph.called(absent.workload),
    )


def _witnesses(absent: AbsentFile) -> Iterator[Location]:
    if absent.example is not None:
        yield Location(absent.example, Span(0, 0), "its example")
    elif absent.meant is not None:
        yield Location(absent.meant, Span(0, 0), "gives what the source requires")


def _written(path: str, file: EnvFile) -> str:
    """Another file's path as the entry writes its own: from the same folder, with or without its `./`."""
    ahead = file.path.removesuffix(posixpath.normpath(file.text.value)).rstrip("/")
    relative = posixpath.relpath(path, ahead or ".")
    return "./" + relative if file.text.value.startswith("./") and not relative.startswith(".") else relative


def _remedy(graph: Graph, absent: AbsentFile) -> Remedy:
    file, example = absent.file, absent.example
    text = graph.library.text(example) if example is not None else None
    if text is not None:
        what = f"make {file.path} from its example"
        return Remedy(Applicability.UNSAFE, what, (CreateFile(file.path, text.value),))
    if absent.meant is not None:
        written = _written(absent.meant, file)
        return Remedy(Applicability.UNSAFE, f"use {written}", (SetText(file.text, written),))
    what = f"make {file.path}" if absent.needed else f"start without {file.text.value}"
    if absent.needed or not absent.alone:
        return Remedy(Applicability.MANUAL, what)
    entry = Entries((("path", file.text.value), ("required", False)))
    return Remedy(Applicability.UNSAFE, what, (SetEntry(absent.workload.anchor, "env_file", (entry,)),))
