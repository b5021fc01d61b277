"""What a JavaScript module declares, imports and exports, found by its tokens.

May import the other parts of this format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats.javascript_nodes import Literal
from stackfix.formats.javascript_types import after_type, arrow_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.formats.javascript import Module
    from stackfix.formats.javascript_nodes import Node

_DECLARES = frozenset({"const", "let", "var"})
_NO_PARAMETERS = frozenset({"if", "while", "for", "switch", "with"})
_DECLARED = _DECLARES | {"function", "class", "async", "abstract", "enum"}
_ASSIGNS = frozenset({"=", "||=", "??=", "&&=", "+=", "-=", "*=", "++", "--"})


@dataclass(frozen=True, slots=True)
class Binding:
    """One declared name. `scope` is the opening bracket around it, -1 for the module.

    `path` are the keys by which a pattern takes it out of `value`, `default` what it is where there is none.
    """

    name: str
    at: int
    scope: int
    kind: str
    value: Node | None
    path: tuple[str, ...] = ()
    default: Node | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """One imported name: `name` is "default", "*" for the whole module, or what the other module calls it."""

    alias: str
    specifier: str
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Exported:
    """One exported name. `local` is what this module calls it; with a `specifier` it comes from there ("*": all)."""

    name: str
    local: str
    specifier: str | None = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """The names that a function binds, and the tokens in which they hold."""

    names: frozenset[str]
    first: int
    last: int


def bindings(module: Module) -> tuple[Binding, ...]:
    """Every declared name in order."""
    found: list[Binding] = []
    for at, token in enumerate(module.tokens.all):
        if token.kind != "name" or module.value(at - 1) in {".", "?."}:
            continue
        if token.value in _DECLARES:
            found.extend(_declared(module, at))
        elif token.value in {"function", "class", "enum"} and _named(module, at):
            name = at + 1 + (module.value(at + 1) == "*")
            found.append(Binding(module.value(name), name, module.tokens.holder[at], token.value, None))
    return tuple(found)


def _named(module: Module, at: int) -> bool:
    before = module.value(at - 1) if at else ""
    return module.expressions.kind(at + 1) == "name" and before not in {"=", "(", ",", ":", "return", "=>"}


def _declared(module: Module, at: int) -> Iterator[Binding]:
    kind, scope = module.value(at), module.tokens.holder[at]
    at += 1
    while True:
        name = at
        if module.expressions.kind(at) != "name" and module.value(at) not in {"{", "["}:
            return
        at = module.expressions.skip(at) + 1
        at += module.value(at) == "!"
        if module.value(at) == ":":
            at = after_type(module.tokens, at + 1)
        value = module.expressions.expression(at + 1) if module.value(at) == "=" else None
        if module.value(name) == "{":
            yield from _pattern(module, name, scope, kind, value)
        elif module.value(name) != "[":
            yield Binding(module.value(name), name, scope, kind, value)
        at = value.last + 1 if value is not None else at
        if module.value(at) != ",":
            return
        at += 1


def _pattern(  # noqa: PLR0913, PLR0917 - where a pattern stands
    module: Module, opened: int, scope: int, kind: str, value: Node | None, path: tuple[str, ...] = ()
) -> Iterator[Binding]:
    """The names in braces: `a`, `b: c`, `d = 1`, `e: f = 2`; nested ones too."""
    read = module.expressions
    at, end = opened + 1, module.tokens.partner[opened]
    while at < end:
        after = read.comma(at, end)
        key = module.value(at).strip("'\"")
        name = at + 2 if module.value(at + 1) == ":" else at
        if module.value(name) == "{":
            yield from _pattern(module, name, scope, kind, value, (*path, key))
        elif read.kind(name) == "name":
            default = read.expression(name + 2) if module.value(name + 1) == "=" else None
            yield Binding(module.value(name), name, scope, kind, value, (*path, key), default)
        elif module.value(at) == "...":
            yield Binding(module.value(at + 1), at + 1, scope, kind, None)
        at = after + 1


def assigned(module: Module) -> frozenset[str]:
    """The names that are given another value somewhere after they were declared."""
    found = set()
    for at, token in enumerate(module.tokens.all):
        if token.kind != "name" or module.value(at + 1) not in _ASSIGNS:
            continue
        if at and module.value(at - 1) in {".", "?.", ":", ",", "{", "("} | _DECLARES:
            continue
        found.add(token.value)
    return frozenset(found)


def parameters(module: Module) -> tuple[Parameters, ...]:
    """The parameters of every function, method and arrow."""
    found = []
    for at, token in enumerate(module.tokens.all):
        last = None
        if token.kind == "name" and module.value(at + 1) == "=>":
            last = module.expressions.operand(at).last
            found.append(Parameters(frozenset({token.value}), at, last))
        elif token.value == "(" and token.kind == "open":
            last = _function_end(module, at)
            if last is not None:
                found.append(Parameters(frozenset(module.expressions.parameters(at)), at, last))
    return tuple(found)


def _function_end(module: Module, at: int) -> int | None:
    if arrow_at(module.tokens, at) is not None:
        return module.expressions.operand(at).last
    if at and module.value(at - 1) in _NO_PARAMETERS:
        return None
    body = module.tokens.partner[at] + 1
    if module.value(body) == ":":
        body = after_type(module.tokens, body + 1)
    braced = module.value(body) == "{" and module.expressions.kind(body) == "open"
    return module.tokens.partner[body] if braced else None


# --- imports and exports ---------------------------------------------------------------------------------------------


def imports(module: Module) -> tuple[Imported, ...]:
    """Every imported name; a bare or dynamic import has the alias ""."""
    found: list[Imported] = []
    for at, token in enumerate(module.tokens.all):
        if token.kind != "name" or module.value(at - 1) in {".", "?."}:
            continue
        if token.value == "import" and module.value(at + 1) != ".":
            found.extend(_imported(module, at))
        elif token.value == "require" and module.value(at + 1) == "(":
            found.extend(_required(module, at))
    return tuple(found)


def _string(module: Module, at: int) -> str | None:
    node = module.expressions.operand(at) if module.expressions.kind(at) == "string" else None
    return node.text.value if isinstance(node, Literal) else None


def _imported(module: Module, at: int) -> Iterator[Imported]:
    if module.value(at + 1) == "(":
        specifier = _string(module, at + 2)
        if specifier is not None:
            yield Imported("", specifier, "*", at)
        return
    end = at + 1
    while module.expressions.kind(end) not in {"string", ""} and module.value(end) not in {";", "="}:
        end = module.expressions.skip(end) + 1
    specifier = _string(module, end)
    if specifier is None or module.value(at + 1) == "type":
        return
    if end == at + 1:
        yield Imported("", specifier, "*", at)
    else:
        yield from _clause(module, at + 1, end, specifier)


def _clause(module: Module, here: int, end: int, specifier: str) -> Iterator[Imported]:
    """What stands between `import` and `from`."""
    while here < end:
        if module.value(here) == "{":
            yield from _braced(module, here, specifier)
        elif module.value(here) == "*":
            yield Imported(module.value(here + 2), specifier, "*", here + 2)
            here += 2
        elif module.expressions.kind(here) == "name" and module.value(here) != "from":
            yield Imported(module.value(here), specifier, "default", here)
        here = module.expressions.skip(here) + 1


def _braced(module: Module, opened: int, specifier: str) -> Iterator[Imported]:
    for name, alias, at in _pairs(module, opened):
        yield Imported(alias, specifier, name, at)


def _pairs(module: Module, opened: int) -> Iterator[tuple[str, str, int]]:
    """`a`, `a as b` in braces, types left out."""
    at, end = opened + 1, module.tokens.partner[opened]
    while at < end:
        after = module.expressions.comma(at, end)
        if module.value(at) == "type" and after > at + 1 and module.value(at + 1) != "as":
            at = after + 1
            continue
        alias = at + 2 if module.value(at + 1) == "as" else at
        if after > at:
            yield module.value(at), module.value(alias), alias
        at = after + 1


def _required(module: Module, at: int) -> Iterator[Imported]:
    """`const a = require("x")`, `const { b: c } = require("x")`, `require("x").d`."""
    specifier = _string(module, at + 2)
    if specifier is None:
        return
    name = module.value(at + 5) if module.value(at + 4) == "." else "*"
    if not at or module.value(at - 1) != "=":
        yield Imported("", specifier, "*", at)
        return
    target = at - 2
    if module.value(target) == "}":
        for key in range(module.tokens.partner[target] + 1, target):
            if module.expressions.kind(key) == "name" and module.value(key + 1) in {",", "}"}:
                renamed = module.value(key - 1) == ":"
                yield Imported(module.value(key), specifier, module.value(key - 2 if renamed else key), key)
    elif module.expressions.kind(target) == "name":
        yield Imported(module.value(target), specifier, name, target)


def exports(module: Module) -> tuple[Exported, ...]:
    """Every exported name, CommonJS too; `local` is "=" where the value itself stands at the export."""
    found: list[Exported] = []
    for at, token in enumerate(module.tokens.all):
        if token.kind != "name":
            continue
        if token.value == "export":
            found.extend(_exported(module, at))
        elif token.value == "module" and module.value(at + 2) == "exports" and module.value(at + 3) == "=":
            found.append(Exported("default", "="))
    return tuple(found)


def _exported(module: Module, at: int) -> Iterator[Exported]:
    word = module.value(at + 1)
    if word == "default":
        plain = module.expressions.kind(at + 2) == "name" and module.value(at + 3) in {";", "", "export", "import"}
        yield Exported("default", module.value(at + 2) if plain else "=")
    elif word == "{":
        close = module.tokens.partner[at + 1]
        specifier = _string(module, close + 2) if module.value(close + 1) == "from" else None
        for name, alias, _ in _pairs(module, at + 1):
            yield Exported(alias, name, specifier)
    elif word == "*":
        named = module.value(at + 2) != "from"
        specifier = _string(module, at + 5 if named else at + 3)
        yield Exported(module.value(at + 3) if named else "*", "*", specifier)
    elif word in _DECLARED:
        target = at + 2 + (module.value(at + 2) in {"function", "class", "enum", "*"})
        if module.value(target) == "{":
            yield from (Exported(alias, alias) for _, alias, _ in _pairs(module, target))
        yield Exported(module.value(target), module.value(target))
