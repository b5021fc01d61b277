"""Where each node of a Python file runs, and what its names are bound to inside the file."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar, cast

from stackfix.formats.python import children, dotted
from stackfix.graph.python_facts import Import, Spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.formats.python import Module
    from stackfix.graph.value import Template

N = TypeVar("N", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Nodes that say nothing of their own: names are read by what holds them.
_LEAVES = {ast.Name, ast.Load, ast.Store, ast.Del, ast.alias, ast.arg, ast.Pass, ast.And, ast.Or, ast.Add, ast.Eq}
_LOOPS = {ast.For, ast.AsyncFor, ast.While, ast.Match, ast.IfExp, ast.Lambda}
_SHAPED = {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.Try, *_LOOPS}
# Nodes that don't run all that is below them, or not at once.
_BINDING: tuple[type[ast.AST], ...] = (
    ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign,
    ast.For, ast.AsyncFor, ast.comprehension, ast.withitem, ast.Global,
)  # fmt: skip
_IMPORTING: tuple[type[ast.Import | ast.ImportFrom], ...] = (ast.Import, ast.ImportFrom)
_position = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Binding:
    """One giving of a value to a name. `value` is None where it can't be an expression (a parameter, a loop)."""

    value: ast.expr | None
    spot: Spot
    parameter: bool = False


def join(scope: str, name: str) -> str:
    """A name inside a scope."""
    return f"{scope}.{name}" if scope else name


class Source:
    """One file, walked once: every node with its spot, what names are bound to, what is imported."""

    __slots__ = ("_aliases", "_kinds", "bindings", "calls", "classes", "functions", "imports", "module", "values")

    def __init__(self, module: Module) -> None:
        """Walk the tree."""
        self.module = module
        self._kinds: dict[type[ast.AST], list[tuple[int, ast.AST, Spot]]] = {}
        for index, (node, spot) in enumerate(_visits(module)):
            self._kinds.setdefault(node.__class__, []).append((index, node, spot))
        self.bindings: dict[str, list[Binding]] = defaultdict(list)
        self.functions: dict[str, Function] = {}
        self.values: dict[ast.expr, Template] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        found: list[Import] = []
        self.calls = tuple(self.of(ast.Call))
        for statement, spot in self.of(*_IMPORTING):
            found.extend(_imports(module, statement, spot))
        for node, spot in self.of(*_BINDING):
            if isinstance(node, ast.ClassDef):
                self.classes[join(spot.scope, node.name)] = node
            elif isinstance(node, Function):
                self._define(node, join(spot.scope, node.name))
            else:
                self._bind(node, spot)
        self.imports = tuple(found)
        self._aliases = {i.alias: _canonical(i) for i in found if i.name != "*"}

    def of(self, *kinds: type[N]) -> Iterator[tuple[N, Spot]]:
        """The nodes of these kinds with their spots, in the order of the source."""
        found = [visit for kind in kinds for visit in self._kinds.get(kind, ())]
        if len(kinds) > 1:
            found.sort(key=_position)
        for _, node, spot in found:
            yield cast("N", node), spot

    def qualified(self, node: ast.AST) -> str | None:
        """A dotted name with its imports followed: `getenv` is "os.getenv" after `from os import getenv`."""
        name = dotted(node)
        return None if name is None else self.canonical(name)

    def canonical(self, name: str) -> str:
        """As `qualified`, for a name as spelled."""
        head, dot, tail = name.partition(".")
        bare = head.removesuffix("()")
        known = self._aliases.get(bare)
        return name if known is None else known + head[len(bare) :] + dot + tail

    def imported(self, name: str) -> bool:
        """Whether the first part of a dotted name comes from another module."""
        return name.partition(".")[0].removesuffix("()") in self._aliases

    def lookup(self, name: str, scope: str) -> tuple[str, list[Binding]] | None:
        """Where a bare name is bound, seen from a scope: its dotted name and all bindings that count."""
        innermost = scope
        while True:
            key = join(scope, name)
            if key in self.bindings and (scope not in self.classes or scope == innermost):
                found = self.bindings[key]
                firm = [b for b in found if not b.spot.fallback]
                return key, firm or found
            if not scope:
                return None
            scope = scope.rpartition(".")[0]

    def single(self, name: str, scope: str) -> ast.expr | None:
        """The one expression that a bare name stands for, if there is just one."""
        found = self.lookup(name, scope)
        return found[1][0].value if found is not None and len(found[1]) == 1 else None

    def owner(self, name: str, scope: str) -> str:
        """A dotted name as the whole file knows it: `self.app` in a method of C is "C.app", a local is "f.app"."""
        head, dot, tail = name.partition(".")
        if head in {"self", "cls"} and dot:
            around = self.class_around(scope)
            return join(around, tail) if around is not None else name
        found = self.lookup(head.removesuffix("()"), scope)
        return name if found is None or head.endswith("()") else found[0] + dot + tail

    def class_around(self, scope: str) -> str | None:
        """The dotted class that a method belongs to."""
        while scope:
            scope = scope.rpartition(".")[0]
            if scope in self.classes:
                return scope
        return None

    def _define(self, node: Function, scope: str) -> None:
        self.functions[scope] = node
        spot = Spot(scope, scope)
        spec = node.args
        positional = [*spec.posonlyargs, *spec.args]
        defaults: list[ast.expr | None] = [*[None] * (len(positional) - len(spec.defaults)), *spec.defaults]
        for argument, default in zip([*positional, *spec.kwonlyargs], [*defaults, *spec.kw_defaults], strict=True):
            self.bindings[join(scope, argument.arg)].append(Binding(default, spot, parameter=True))
        for other in (spec.vararg, spec.kwarg):
            if other is not None:
                self.bindings[join(scope, other.arg)].append(Binding(None, spot, parameter=True))

    def _bind(self, node: ast.AST, spot: Spot) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._target(target, node.value, spot)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
            if node.value is not None:
                self._target(node.target, node.value, spot)
        elif isinstance(node, ast.AugAssign | ast.For | ast.AsyncFor | ast.comprehension):
            self._target(node.target, None, spot)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._target(node.optional_vars, None, spot)
        elif isinstance(node, ast.Global):
            self._shared(node, spot)

    def _shared(self, node: ast.Global, spot: Spot) -> None:
        for name in node.names:
            self.bindings[name].append(Binding(None, spot))

    def _target(self, target: ast.expr, value: ast.expr | None, spot: Spot) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            values: list[ast.expr | None] = [None] * len(target.elts)
            if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
                values = [*value.elts]
            for inner, one in zip(target.elts, values, strict=True):
                self._target(inner, one, spot)
        elif isinstance(target, ast.Name):
            self.bindings[join(spot.scope, target.id)].append(Binding(value, spot))
        elif isinstance(target, ast.Attribute):
            name = dotted(target)
            if name is not None:
                self.bindings[self._attribute(name, spot)].append(Binding(value, spot))

    def _attribute(self, name: str, spot: Spot) -> str:
        head, _, tail = name.partition(".")
        around = self.class_around(spot.scope) if head in {"self", "cls"} else None
        return join(around, tail) if around is not None else name


def is_main_guard(test: ast.expr) -> bool:
    """Whether a condition is `__name__ == "__main__"`, either way round."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, test.comparators[0])
    return any(isinstance(s, ast.Name) and s.id == "__name__" for s in sides) and any(
        isinstance(s, ast.Constant) and s.value == "__main__" for s in sides
    )


def _visits(module: Module) -> Iterator[tuple[ast.AST, Spot]]:
    start = Spot()
    stack: list[tuple[ast.AST, Spot]] = [(node, start) for node in reversed(module.tree.body)]
    while stack:
        visit = stack.pop()
        yield visit
        node, spot = visit
        if node.__class__ in _SHAPED:
            below = [pair for pair in _below(node, spot) if pair[0].__class__ not in _LEAVES]
        else:
            below = [(inner, spot) for inner in module.below(node) if inner.__class__ not in _LEAVES]
        if below:
            below.reverse()
            stack += below


def _below(node: ast.AST, spot: Spot) -> Iterator[tuple[ast.AST, Spot]]:
    """The children of a node of one of these kinds, each with when it runs."""
    if isinstance(node, Function | ast.ClassDef):
        yield from _definition(node, spot)
    elif isinstance(node, ast.If):
        yield from _condition(node, spot)
    elif isinstance(node, ast.Try):
        tried, caught = replace(spot, guarded=True), replace(spot, fallback=True, conditional=True)
        yield from ((n, tried) for n in node.body)
        yield from ((n, caught) for h in node.handlers for n in h.body)
        yield from ((n, spot) for n in [*node.orelse, *node.finalbody])
    else:
        sometimes = spot if spot.conditional else replace(spot, conditional=True)
        yield from ((n, sometimes) for n in children(node))


def _definition(node: Function | ast.ClassDef, spot: Spot) -> Iterator[tuple[ast.AST, Spot]]:
    scope = join(spot.scope, node.name)
    yield from ((n, spot) for n in node.decorator_list)
    if isinstance(node, ast.ClassDef):
        inner = replace(spot, scope=scope)
        yield from ((n, spot) for n in node.bases)
        yield from ((n, spot) for n in node.keywords)
    else:
        inner = Spot(scope, scope)
        yield node.args, spot
    yield from ((n, inner) for n in node.body)


def _condition(node: ast.If, spot: Spot) -> Iterator[tuple[ast.AST, Spot]]:
    yield node.test, spot
    other = replace(spot, conditional=True)
    if is_main_guard(node.test):
        started = replace(spot, main=True)
        yield from ((n, started) for n in node.body)
    elif (dotted(node.test) or "").rpartition(".")[2] != "TYPE_CHECKING":
        yield from ((n, other) for n in node.body)
    yield from ((n, other) for n in node.orelse)


def _imports(module: Module, node: ast.Import | ast.ImportFrom, spot: Spot) -> Iterator[Import]:
    place = module.location(node)
    for name in node.names:
        if isinstance(node, ast.ImportFrom):
            yield Import(node.module or "", node.level, name.name, name.asname or name.name, spot, place)
        elif name.asname is not None:
            yield Import(name.name, 0, None, name.asname, spot, place, renamed=True)
        else:
            # `import a.b` binds `a`, and makes `a.b` known.
            yield Import(name.name, 0, None, name.name.partition(".")[0], spot, place)


def _canonical(found: Import) -> str:
    dots = "." * found.level
    if found.name is not None:
        return f"{dots}{found.module}.{found.name}" if found.module else f"{dots}{found.name}"
    return found.module if found.renamed else found.alias
