"""Which files of the tree an applied path means: for certain, or perhaps."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph import kustomize
from stackfix.graph.command import literal
from stackfix.graph.value import EMPTY, Hole, Symbol, Template
from stackfix.text import Text
from stackfix.tree import upward

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.graph.script_applies import Applied
    from stackfix.graph.scripts import Script

_MANIFESTS = (".yaml", ".yml", ".json")
_GLOB = re.compile(r"\*\*|[*?]|\[[^\]]*\]|\{[^}]*\}")


def resolved(library: Library, script: Script, applied: Applied) -> tuple[str, ...]:
    """The files that a command applies in any case; none where that rests on what only a run knows."""
    if applied.fed and (applied.recursive or applied.kustomize):
        return ()
    tree = library.tree
    real = [p for p in script.paths(applied.folder, applied.file) if tree.is_file(p) or tree.is_folder(p)]
    if len(real) != 1 or _GLOB.search(literal(applied.file) or ""):
        return ()
    if applied.kustomize:
        made = kustomize.build(library, real[0])
        return tuple(dict.fromkeys(item.path for item in made.objects)) if made.complete else ()
    return tuple(_below(library, real[0], recursive=applied.recursive))


def _below(library: Library, path: str, *, recursive: bool) -> list[str]:
    if library.tree.is_file(path):
        return [path]
    return [
        p for p in library.tree.below(path) if p.endswith(_MANIFESTS) and (recursive or posixpath.dirname(p) == path)
    ]


def covers(library: Library, script: Script, applied: Applied, path: str) -> bool:
    """Whether a command may apply a file that is in no kustomization."""
    if applied.kustomize:
        return False
    places = [p for p in script.paths(applied.folder, applied.file) if not _GLOB.search(p)]
    real = [p for p in places if library.tree.is_file(p) or library.tree.is_folder(p)]
    if real:
        return any(_within(path, p, deep=applied.recursive) for p in real)
    pattern = _pattern(applied.file)
    if pattern is None:
        return False
    if any(posixpath.basename(place) == posixpath.basename(path) for place in places):
        return True  # It leads nowhere, and may mean this file.
    shapes = [path, posixpath.dirname(path)]
    if applied.recursive:
        shapes += upward(posixpath.dirname(path))
    return any(pattern.fullmatch(shape) for shape in shapes)


def _within(path: str, place: str, *, deep: bool) -> bool:
    if path == place or posixpath.dirname(path) == place:
        return True
    return deep and (not place or path.startswith(place + "/"))


def _pattern(written: Template) -> re.Pattern[str] | None:
    """A path as a pattern on paths of the tree, from any folder; None for an address."""
    whole = ""
    for part in written.parts:
        if isinstance(part, Text):
            whole += _globbed(part.value)
        elif isinstance(part, Hole) and (value := _filled(part)) is not None:
            whole += re.escape(value)
        elif not isinstance(part, Symbol) or not part.name.startswith(("@script", "@root")):
            whole += ".*"
    if re.match(r"[a-z]+://|\.\*://|-$", whole.replace("\\", "")):
        return None
    whole = re.sub(r"^(?:(?:\\\.){1,2}/|/)+", "", whole).rstrip("/")
    return re.compile(rf"(?:.*/)?{whole}" if whole not in {"", "\\."} else ".*")


def _filled(hole: Hole) -> str | None:
    value = Template((hole,)).fill(EMPTY)
    return value.text.value if value is not None else None


def _globbed(value: str) -> str:
    """Plain characters escaped, a shell's own patterns taken for anything."""
    found, at = "", 0
    for match in _GLOB.finditer(value):
        found += re.escape(value[at : match.start()]) + ".*"
        at = match.end()
    return found + re.escape(value[at:])
