"""Python files that are run as scripts, and what they can't import as such."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph import application, container

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.application import ImportFact
    from stackfix.graph.container import Files
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process
    from stackfix.text import Text

_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_INSTALLS_PROJECT = re.compile(
    r"install\s+(?:\S+\s+)*(?:-e\s*)?\.(?:\[|/|\s|$|&|;)|uv sync|poetry install|pdm |pipenv|setup\.py"
)


@dataclass(frozen=True, slots=True)
class Failing:
    """A script that can't import `imported`.

    `words` are those of the Dockerfile's command that would run it as a module, None where the command isn't so plain.
    """

    text: Text
    path: str
    imported: str
    module: str
    location: Location
    anchor: Anchor
    words: tuple[str, ...] | None
    inline: Text | None = None


def failing(graph: Graph, workload: Workload) -> Iterator[Failing]:
    """The scripts of a workload's command that can't import as they are started."""
    seen = container.files(graph, workload)
    begun = container.begun(graph, workload, seen)
    for process in begun.processes if begun is not None else ():
        found = _failing(graph, process, seen)
        if found is not None:
            yield found


def _failing(graph: Graph, process: Process, seen: Files) -> Failing | None:
    entry, folder = process.entry, process.folder
    if entry is None or entry.kind != "script" or entry.path is None or entry.text is None or folder is None:
        return None
    path = seen.lookup(entry.path)
    if not isinstance(path, str) or not path.endswith(".py") or posixpath.dirname(entry.path) == folder:
        return None
    if process.environment.get("PYTHONPATH") is not None or not process.environment.complete or _installs(seen):
        return None
    root = seen.folder(folder)
    module = _module(entry.path, folder)
    if root is None or module is None or entry.text.place is None:
        return None
    for fact in application.imports_of(graph.library, path, (posixpath.dirname(path),)):
        if fact.path is None or fact.relative:
            target = _target(graph, path, fact, (folder, root), seen)
            if target is not None:
                words = _words(process, module, seen)
                place = fact.found.location
                inline = _inside(graph, process.anchor, entry.text) if words is None else None
                return Failing(entry.text, path, target, module, place, process.anchor, words, inline)
    return None


def _inside(graph: Graph, anchor: Anchor, word: Text) -> Text | None:
    """A word of a command that is one text of a YAML document, as part of that text: it may become two words."""
    documents = graph.library.get(anchor.path, yaml.read) if anchor.syntax == "yaml" else None
    node = yaml.resolve(documents, anchor.steps) if documents is not None else None
    if not isinstance(node, yaml.Scalar) or node.text.value.count(word.value) != 1:
        return None
    at = node.text.value.index(word.value)
    return node.text.slice(at, at + len(word.value))


def _installs(seen: Files) -> bool:
    if seen.image is None:
        return True
    return any(_INSTALLS_PROJECT.search(run.rest.value) for run in seen.image.runs)


def _module(place: str, folder: str) -> str | None:
    name = posixpath.relpath(place, folder).removesuffix(".py").replace("/", ".")
    return name if _MODULE.fullmatch(name) else None


def _target(graph: Graph, path: str, fact: ImportFact, place: tuple[str, str], seen: Files) -> str | None:
    """The import as written, where it fails for a script and is found from the working folder."""
    found, (folder, root) = fact.found, place
    if fact.relative:
        return "." * found.level + (found.module or found.name or "")
    top = found.module.partition(".")[0]
    own = posixpath.join(posixpath.dirname(path), top)
    tree = graph.library.tree
    if tree.is_folder(own) or tree.is_file(own + ".py") or not seen.image:
        return None
    seen_from_root = application.imports_of(graph.library, path, (root,))
    there = any(found.module == f.found.module and f.path for f in seen_from_root)
    held = not seen.lacks(posixpath.join(folder, top)) or not seen.lacks(posixpath.join(folder, top) + ".py")
    first = path[len(root) + 1 :].partition("/")[0] if root else path.partition("/")[0]
    return found.module if there and held and top == first else None


def _words(process: Process, module: str, seen: Files) -> tuple[str, ...] | None:
    """The command's words with `-m module` in place of the file; only for a Dockerfile's own plain CMD."""
    known = container.plain_words(process, seen)
    if known is None or process.entry is None or process.entry.text is None:
        return None
    at = known.index(process.entry.text.value)
    return (*known[:at], "-m", module, *known[at + 1 :])
