"""Litestar: handlers that its decorators make, controllers, listeners' classes and routers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackfix.graph.python_facts import Route, ServerObject
from stackfix.graph.python_scope import Function, join
from stackfix.graph.python_values import evaluate, keyword
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.python_facts import Spot
    from stackfix.graph.python_scope import Source

_SOCKETS = frozenset({"websocket", "websocket_listener", "websocket_stream"})
_PLAIN = frozenset({"get", "post", "put", "delete", "patch", "head", "route", "asgi"})
_PARTS = frozenset({"Controller", "WebsocketListener"})
_DEFINITIONS: tuple[type[ast.AST], ...] = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SLASH = Text.unwritten("/")
_ROOT = Template.literal(Text.unwritten(""))


def is_used(source: Source) -> bool:
    """Whether the file takes anything from Litestar."""
    return any(found.module.partition(".")[0] == "litestar" for found in source.imports)


def objects(source: Source) -> Iterator[ServerObject]:
    """What an application is given by name: decorated functions, and classes with the path before their routes."""
    if not is_used(source):
        return
    module = source.module
    for node, spot in source.of(*_DEFINITIONS):
        if not isinstance(node, Function | ast.ClassDef):
            continue
        name = join(spot.scope, node.name)
        if isinstance(node, ast.ClassDef):
            if _part(source, node) is None:
                continue
            prefix = _own_path(source, node, name)
        elif spot.scope in source.classes or not any(_kind(source, one) for one in node.decorator_list):
            continue
        else:
            prefix = None
        yield ServerObject(name, "litestar", True, prefix, spot, module.location(node), module.anchor(node))  # noqa: FBT003 - a part


def _own_path(source: Source, node: ast.ClassDef, name: str) -> Template | None:
    said = source.bindings.get(join(name, "path"), [])
    value = said[0].value if len(said) == 1 else None
    if value is None:
        return Template.unknown() if said or "path" in {k.arg for k in node.keywords} else None
    return rooted(evaluate(source, value, name))


def routes(source: Source, node: Function | ast.ClassDef, spot: Spot) -> Iterator[Route]:
    """The routes that a function's decorators or a listener's class make, owned by the function or its controller."""
    name, module = join(spot.scope, node.name), source.module
    if isinstance(node, ast.ClassDef):
        if _part(source, node) == "WebsocketListener":
            yield Route(name, _ROOT, True, frozenset(), spot, module.location(node), module.anchor(node))  # noqa: FBT003 - a WebSocket
        return
    owner = spot.scope if spot.scope in source.classes else name
    for decorator in node.decorator_list:
        kind = _kind(source, decorator)
        if kind is None or not isinstance(decorator, ast.Call):
            continue
        given = decorator.args[0] if decorator.args else keyword(decorator, "path")
        said = given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
        methods = frozenset({kind.upper()}) if kind not in _SOCKETS | {"route", "asgi"} else frozenset()
        for one in said:
            path = rooted(evaluate(source, one, spot.scope)) if one is not None else _ROOT
            place, anchor = module.location(decorator), module.anchor(decorator)
            yield Route(owner, path, kind in _SOCKETS, methods, spot, place, anchor)


def rooted(path: Template) -> Template:
    """A path as Litestar keeps it: with a slash before it and none behind; the root is nothing behind a prefix."""
    text = path.text
    if text is None:
        return path
    kept = text.slice(0, len(text.value.rstrip("/")))
    if not kept.value or kept.value.startswith("/"):
        return Template.literal(kept)
    return Template((_SLASH, kept))


def _kind(source: Source, decorator: ast.expr) -> str | None:
    name = source.qualified(decorator.func) if isinstance(decorator, ast.Call) else None
    head, _, last = (name or "").rpartition(".")
    return last if head.partition(".")[0] == "litestar" and last in _SOCKETS | _PLAIN else None


def _part(source: Source, node: ast.ClassDef) -> str | None:
    """Which of Litestar's own classes a class derives from at once."""
    names = ((source.qualified(base) or "").rpartition(".") for base in node.bases)
    return next((last for head, _, last in names if head.partition(".")[0] == "litestar" and last in _PARTS), None)
