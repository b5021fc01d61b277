"""A Content-Security-Policy that an application sends with the pages that it gives out itself.

Sources: helmet's documentation of contentSecurityPolicy, Express' of express.static, Starlette's of StaticFiles.
"""

from __future__ import annotations

import ast
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor, Location, located
from stackfix.formats import javascript as js
from stackfix.formats import python
from stackfix.graph import content_policy, front_doors, frontend, node_sources
from stackfix.graph.application import Program
from stackfix.graph.javascript_values import Source
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.content_policy import Policy
    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.node_application import NodeProgram

_NAME = "content-security-policy"
_TELLING = re.compile(r"content-?security-?policy", re.IGNORECASE)
_SERVES = re.compile(r"(?:express\.static|serveStatic|sirv)")
_DIRECTIVES = {"connectSrc": "connect-src", "connect-src": "connect-src", "defaultSrc": "default-src",
               "default-src": "default-src"}  # fmt: skip
_BUILT = frozenset({"dist", "build", "out"})


@dataclass(frozen=True, slots=True)
class Said:
    """A policy, and where it is said. `last` is the last source of a list of strings, where it is written as one."""

    policy: Policy
    location: Location
    anchor: Anchor
    last: Text | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What one file of an application says: policies, and folders that it gives out.

    Each folder with whether it is seen from the file itself, not from where the application is started.
    """

    policies: tuple[Said, ...] = ()
    folders: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """An application that gives out a front end's pages, with the policies that it sends."""

    workload: Workload
    front: FrontEnd
    said: tuple[Said, ...]


def served(graph: Graph) -> Iterator[Served]:
    """Every application that is seen to do both."""
    for workload in graph.running:
        programs = graph.programs(workload) or node_sources.programs(graph, workload)
        paths = programs[0].paths if len(programs) == 1 else ()
        sent = _imported(programs[0]) if paths else frozenset()
        found = [(path, facts) for path in paths if (facts := _facts(graph, path)) is not None]
        said = tuple(one for path, facts in found if path in sent for one in facts.policies)
        fronts = {f.folder: f for path, facts in found for f in _fronts(graph, workload, path, facts)} if said else {}
        if len(fronts) == 1:
            yield Served(workload, next(iter(fronts.values())), said)


def _imported(program: Program | NodeProgram) -> frozenset[str]:
    """The files that code imports that is seen to run; of Node's all."""
    return program.imported if isinstance(program, Program) else frozenset(program.paths)


def _facts(graph: Graph, path: str) -> Facts | None:
    if path.endswith(".py"):
        return graph.library.get(path, of_python)
    return graph.library.get(path, of_script) if path.endswith(js.EXTENSIONS) else None


def _fronts(graph: Graph, workload: Workload, path: str, facts: Facts) -> Iterator[FrontEnd]:
    build = graph.build_of(workload)
    for folder, beside in facts.folders:
        bases = [posixpath.dirname(path)]
        if not beside:
            bases.insert(0, build.context if build is not None else "")
        whole = (posixpath.normpath(tree.join(base, folder)) for base in dict.fromkeys(bases))
        yield from (front for one in whole if not one.startswith("..") and (front := _front(graph, one)) is not None)


def _front(graph: Graph, folder: str) -> FrontEnd | None:
    """The pages of a folder as they are, else the front end whose build the folder is."""
    if graph.library.tree.is_file(posixpath.join(folder, "index.html")):
        return graph.library.remember(("pages", folder), lambda: frontend.plain(graph.library, folder))
    parent, name = posixpath.split(folder)
    return front_doors.front_end(graph, parent) if name in _BUILT else None


# --- JavaScript ------------------------------------------------------------------------------------------------------


def of_script(text: Text) -> Facts:
    """The policies and folders of a file of Node's."""
    if not (_TELLING.search(text.value) or _SERVES.search(text.value)):
        return Facts()
    source = Source(js.read(text))
    policies: list[Said] = []
    folders: list[tuple[str, bool]] = []
    for call in source.module.calls():
        name = js.dotted(call.function) or ""
        if _SERVES.fullmatch(name) and (folder := _folder(source, js.argument(call, 0))) is not None:
            folders.append(folder)
        elif name.rpartition(".")[2] in {"setHeader", "set", "header", "append"}:
            policies.extend(_header(source, call))
        else:
            policies.extend(_helmet(source, call, name))
    return Facts(tuple(policies), tuple(folders))


def _folder(source: Source, node: js.Node | None) -> tuple[str, bool] | None:
    """`"public"`, `path.join(__dirname, "../client/dist")`."""
    if isinstance(node, js.Call):
        texts = [source.evaluate(a).text for a in node.arguments]
        names = [js.dotted(a) for a in node.arguments]
        own = names[:1] == ["__dirname"]
        rest = texts[1:] if own else texts
        joined = "/".join(t.value for t in rest if t is not None)
        return (joined, own) if rest and None not in rest else None
    text = source.evaluate(node).text
    return None if text is None or not text.value else (text.value, False)


def _header(source: Source, call: js.Call) -> Iterator[Said]:
    name, value = source.evaluate(js.argument(call, 0)).text, source.evaluate(js.argument(call, 1)).text
    if name is None or value is None or name.value.lower() != _NAME:
        return
    place = located(value)
    if place is not None:
        yield Said(content_policy.read(value), place, source.module.anchor(call))


def _helmet(source: Source, call: js.Call, name: str) -> Iterator[Said]:
    """`helmet({contentSecurityPolicy: {directives}})`, `helmet.contentSecurityPolicy({directives})`."""
    given = source.object(call.arguments[-1]) if call.arguments else None
    if given is None:
        return
    own = name.rpartition(".")[2] == "contentSecurityPolicy"
    outer = given if own else source.object(given.get("contentSecurityPolicy"))
    directives = source.object(outer.get("directives")) if outer is not None else None
    if directives is None or not directives.whole or (outer is not None and outer.get("reportOnly") is not None):
        return
    lists = {_DIRECTIVES[p.key]: p.value for p in directives.properties if p.key in _DIRECTIVES}
    kind = "connect-src" if "connect-src" in lists else "default-src"
    listed = lists.get(kind)
    items = [item.text for item in listed.items if isinstance(item, js.Literal)] if isinstance(listed, js.Array) else []
    if not isinstance(listed, js.Array) or not items or len(items) != len(listed.items):
        return
    policy = content_policy.read(Text.unwritten(f"{kind} {' '.join(item.value for item in items)}"))
    last = items[-1] if kind == "connect-src" else None
    yield Said(policy, source.module.location(listed), source.module.anchor(listed), last)


# --- Python ----------------------------------------------------------------------------------------------------------


def of_python(text: Text) -> Facts:
    """The policies and folders of a file of Python's."""
    if not (_TELLING.search(text.value) or "StaticFiles(" in text.value):
        return Facts()
    module = python.read(text)
    policies: list[Said] = []
    folders: list[tuple[str, bool]] = []
    for node in ast.walk(module.tree):
        for value in _headers(node):
            policies.extend(_policy(module, value))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "StaticFiles":
            given = next((k.value for k in node.keywords if k.arg == "directory"), None)
            folder = module.string(given) if given is not None else None
            folders += [(folder.value, False)] if folder is not None and folder.value else []
    return Facts(tuple(policies), tuple(folders))


def _headers(node: ast.AST) -> Iterator[ast.expr]:
    """What a place gives the header: `response.headers[NAME] = …`, `{NAME: …}`, `headers.setdefault(NAME, …)`."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
        yield from [node.value] if _is_name(node.targets[0].slice) else []
    elif isinstance(node, ast.Dict):
        yield from (v for k, v in zip(node.keys, node.values, strict=True) if k is not None and _is_name(k))
    elif isinstance(node, ast.Call) and len(node.args) == 2 and _is_name(node.args[0]):  # noqa: PLR2004 - name and value
        yield node.args[1]


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() == _NAME


def _policy(module: python.Module, value: ast.expr) -> Iterator[Said]:
    text = module.string(value)
    place = located(text) if text is not None else None
    if text is not None and place is not None:
        yield Said(content_policy.read(text), place, module.anchor(value))
