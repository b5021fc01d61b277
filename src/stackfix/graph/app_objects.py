"""What servers are told to serve, against what their modules define."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import application, container

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor
    from stackfix.graph.container import Files
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.python_facts import ServerObject
    from stackfix.graph.started import Process
    from stackfix.text import Text

_SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn", "daphne", "granian"})


@dataclass(frozen=True, slots=True)
class Lacking:
    """An attribute that a module doesn't have. `path` is the module's file, `apps` the applications that it does."""

    text: Text
    path: str
    anchor: Anchor
    apps: tuple[ServerObject, ...]


def lacking(graph: Graph, workload: Workload) -> Iterator[Lacking]:
    """The attributes that a workload's servers ask for in vain."""
    seen = container.files(graph, workload)
    begun = container.begun(graph, workload, seen)
    for process in begun.processes if begun is not None else ():
        entry = process.entry
        if process.tool not in _SERVERS or entry is None or entry.module is None:
            continue
        text, path = entry.attribute_text, _module(process, seen)
        if text is None or text.place is None or path is None or entry.attribute is None or "." in entry.attribute:
            continue
        names = application.attributes(graph.library, path)
        if names is None or entry.attribute in names or _submodule(graph, path, entry.attribute):
            continue
        known = graph.library.get(path, application.facts)
        made = known.objects if known is not None else ()
        apps = () if entry.factory else tuple(o for o in made if not o.router and "." not in o.name)
        yield Lacking(text, path, process.anchor, apps)


def _module(process: Process, seen: Files) -> str | None:
    """The one file of the tree that the server's module is, if every folder before it certainly lacks it."""
    entry = process.entry
    assert entry is not None
    assert entry.module is not None
    if process.environment.get("PYTHONPATH") is not None:
        return None
    for folder in dict.fromkeys((*entry.folders, *((process.folder,) if process.folder is not None else ()))):
        base = posixpath.join(folder, entry.module.replace(".", "/"))
        for ending in ("/__init__.py", ".py"):
            found = seen.lookup(base + ending)
            if isinstance(found, str):
                return found
            if not seen.lacks(base + ending):
                return None
    return None


def _submodule(graph: Graph, path: str, attribute: str) -> bool:
    """Whether a package has a module of that name, which becomes its attribute once imported."""
    folder, name = posixpath.split(path)
    inside = f"{folder}/{attribute}" if folder else attribute
    tree = graph.library.tree
    return name == "__init__.py" and (tree.is_file(inside + ".py") or tree.is_folder(inside))
