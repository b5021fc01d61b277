"""What servers are told to serve, against what their modules define."""

from __future__ import annotations

import ast
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats import python
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
    """An attribute that a module doesn't have. `path` is the module's file, `apps` the applications that it does.

    `factory` makes the application, where none is there and the server takes a call of it.
    """

    text: Text
    path: str
    anchor: Anchor
    apps: tuple[ServerObject, ...]
    factory: str | None = None


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
        makes = _factory(graph, path) if process.tool == "gunicorn" and not apps and not entry.factory else None
        yield Lacking(text, path, process.anchor, apps, makes)


def _factory(graph: Graph, path: str) -> str | None:
    """The one function of a module that makes its application and needs nothing to do so."""
    found = [c for c in application.candidates(graph.library, posixpath.dirname(path)) if c.path == path]
    module = graph.library.get(path, python.read)
    if len(found) != 1 or module is None or len(found[0].factories) != 1:
        return None
    name = found[0].factories[0]
    return name if any(_makes(node, name) for node in module.tree.body) else None


def _makes(node: ast.stmt, name: str) -> bool:
    """Whether a statement defines a function of that name which can be called with nothing."""
    if not isinstance(node, ast.FunctionDef) or node.name != name or node.decorator_list:
        return False
    spec = node.args
    return len(spec.defaults) == len(spec.posonlyargs) + len(spec.args) and None not in spec.kw_defaults


def _module(process: Process, seen: Files) -> str | None:
    """The one file of the tree that the server's module is, if every folder before it certainly lacks it."""
    entry = process.entry
    assert entry is not None
    assert entry.module is not None
    searched = process.environment.get("PYTHONPATH")
    if searched is not None and searched.value is None:
        return None
    further = searched.value.value.split(":") if searched is not None and searched.value is not None else []
    if not all(folder.startswith("/") and "$" not in folder for folder in further if folder):
        return None
    own = (*entry.folders, *((process.folder,) if process.folder is not None else ()))
    for folder in dict.fromkeys((*own, *(folder.rstrip("/") for folder in further if folder))):
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
