"""All scripts of a tree, those inside CI definitions too, and which files of the tree their words mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import kubernetes, script, workflow
from stackfix.graph.script_steps import candidates, place
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.library import Library
    from stackfix.graph.script import ScriptFacts
    from stackfix.graph.script_steps import Folder, ScriptStep
    from stackfix.graph.value import Template

_MANIFESTS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Script:
    """One script, Makefile or block of a CI definition. `folder` is where a CI block starts, None for files."""

    path: str
    facts: ScriptFacts
    folder: str | None = None

    def places(self, step: ScriptStep, written: Template) -> tuple[str, ...]:
        """The tree paths that a word of a step may mean; none where nobody can tell."""
        return self.paths(step.folder, written)

    def paths(self, folder: Folder | None, written: Template) -> tuple[str, ...]:
        """The tree paths that a word may mean to a command that runs in a folder."""
        found = place(written, folder)
        if found is None:
            return ()
        if self.folder is not None:
            return (join(self.folder, found.path),) if found.base in {"start", "root"} else ()
        return candidates(found, self.path)


def said(library: Library) -> Iterator[bytes]:
    """The text of every script and CI definition outside folders of copies."""
    for path, entry in library.tree.entries.items():
        is_one = entry.wiring and (script.is_script(path) or workflow.is_workflow(path))
        data = library.sources.read(path) if is_one else None
        if data is not None:
            yield data


def scripts(library: Library) -> Iterator[Script]:
    """Every script outside folders of copies, by path."""
    for path, entry in sorted(library.tree.entries.items()):
        if not entry.wiring:
            continue
        if script.is_script(path):
            known = library.get(path, script.facts)
            if known is not None:
                yield Script(path, known)
        elif workflow.is_workflow(path):
            defined = library.get(path, workflow.facts)
            for ran in defined.runs if defined is not None else ():
                if ran.folder is not None:
                    yield Script(path, ran.facts, ran.folder)


def manifests(library: Library, path: str, *, recursive: bool) -> tuple[Manifest, ...] | None:
    """The objects of a manifest, or of the manifests of a folder; None where any of them can't be read."""
    if library.tree.is_file(path):
        files = [path]
    else:
        files = list(library.tree.below(path) if recursive else library.tree.directly_in(path))
        files = [p for p in files if p.endswith(_MANIFESTS)]
    found: list[Manifest] = []
    for file in files:
        known = library.get(file, kubernetes.facts)
        if known is None or known.hidden:
            return None
        found += known.objects
    return tuple(found)
