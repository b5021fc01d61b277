"""A build step insists on a lock file that doesn't exist.

What it finds: `npm ci`, `yarn install --immutable`, `pnpm install --frozen-lockfile`, `cargo build --locked` and
`uv sync --frozen` in a folder whose manifest is there and whose lock file is not, copied in vain or not at all.

Why it breaks: the build stops: these commands install what the lock file says, or nothing.

Which side is right: neither. Another manager's lock file beside the manifest is taken, with that manager's command;
else the command that does without one. Better is to make the lock file and commit it: the message says how. stackfix
runs nothing, so it can't.

A pyproject.toml without a `[project]` table is nothing that uv installs, with or without a lock file: a person decides.
So where the manifest takes a package from a folder beside its own.

Limits: silent where a step, a script or a mount may bring the lock file, for commands in another folder, and for
Yarn 1, which takes `--frozen-lockfile` without one. Where git ignores the lock file the message says so.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import builds, lock_files
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image_files import MissingSource
    from stackfix.graph.link import Graph
    from stackfix.graph.lock_files import Frozen
    from stackfix.text import Text

RULE = Rule(
    "missing-lock-file",
    Family.IMAGES,
    Severity.ERROR,
    "a build step insists on a lock file that doesn't exist",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every step that insists on a missing lock file, each written place once."""
    seen: set[Location] = set()
    for made in graph.builds:
        image = graph.image_of(made.build)
        if image is None or builds.astray(graph.library, image):
            continue
        for stage in lock_files.stages(graph, image):
            for found in lock_files.frozen(graph, stage):
                place = located(found.text, f"insists on {posixpath.basename(found.lock)}")
                if place is not None and place not in seen:
                    seen.add(place)
                    yield _finding(graph, found, place)


def _finding(graph: Graph, found: Frozen, place: Location) -> Finding:
    name = posixpath.basename(found.lock)
    text = graph.library.text(found.manifest)
    first = located(text.slice(0, 1), f"declares what is installed; no {name} beside it") if text is not None else None
    copied = None if found.copied is None else found.copied.location
    asked = None if copied is None else Location(copied.path, copied.span, "isn't in the build context")
    ignored = ", and git ignores it" if graph.library.sources.would_ignore(found.lock) else ""
    users = [w for w in graph.running if graph.build_of(w) == found.image.build]
    return Finding(
        rule=RULE,
        message=(
            f"{found.text.value} insists on {found.lock}, which doesn't exist{ignored}; `{found.tool.made}` makes it"
        ),
        location=place,
        anchor=found.image.anchor,
        value=found.text.value,
        evidence=tuple(p for p in (first, asked) if p is not None),
        remedy=_remedy(graph, found),
        components=graph.called(*users),
    )


def _remedy(graph: Graph, found: Frozen) -> Remedy:
    if not lock_files.declares(graph.library, found):
        name = posixpath.basename(found.lock)
        return Remedy(Applicability.MANUAL, f"give {found.manifest} a [project] table, and make {name}")
    if lock_files.takes_from_beside(graph.library, found):
        return Remedy(Applicability.MANUAL, f"make {found.lock}, and copy what {found.manifest} takes from beside")
    if found.other is not None:
        path, command = found.other
        if not found.brought:
            return Remedy(Applicability.MANUAL, f"copy {path} and run `{command}`, or make {found.lock}")
        renamed = () if found.copied is None else (SetText(_file_name(found.copied), posixpath.basename(path)),)
        return Remedy(Applicability.UNSAFE, f"install what {path} locks", (*renamed, SetText(found.text, command)))
    copied = () if found.copied is None else (lock_files.without(found.copied),)
    return Remedy(Applicability.UNSAFE, "install without it", (SetText(*found.change), *copied))


def _file_name(copied: MissingSource) -> Text:
    """The last part of the word that a COPY names it by."""
    name = posixpath.basename(copied.text.value)
    return copied.text.slice(len(copied.text) - len(name), len(copied.text))
