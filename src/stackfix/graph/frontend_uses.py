"""Where a file of a front end uses an address in ways that aren't followed, and which of its code develops alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.graph.frontend_paths import expanded
from stackfix.graph.value import Symbol
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Location
    from stackfix.graph.javascript_values import Source
    from stackfix.graph.value import Template

_OWN = (".", "@/", "~", "src/", "$lib/")
_SPEAKS = re.compile(
    r"\bDEV\b|\bPROD\b|NODE_ENV|\.MODE\b|development|production|hostname|localhost|\b_*is_?dev\w*|\b__DEV__\b",
    re.IGNORECASE,
)
_KEYS = 3


def loose(source: Source, followed: Iterable[js.Node]) -> tuple[Template, ...]:
    """The addresses that are used by name outside of the expressions that are followed, each once."""
    inside = _inside(source, followed)
    found: dict[str, Template] = {}
    for at, token in enumerate(source.module.tokens.all):
        if token.kind != "name" or at in inside or not _is_use(source, at):
            continue
        node = _dotted(source, at)
        name = js.dotted(node) or ""
        if name not in found:
            found[name] = source.evaluate(node)
    return tuple(value for value in found.values() if _is_address(value))


def _inside(source: Source, followed: Iterable[js.Node]) -> frozenset[int]:
    """The tokens of the expressions that are followed, and of the addresses made of others."""
    nodes = list(followed)
    for bound in source.bindings.values():
        for binding in bound:
            value = binding.value
            if isinstance(value, js.Object):
                nodes.extend(p.value for p in value.properties if _is_made(p.value))
            elif value is not None and _is_made(value):
                nodes.append(value)
    return frozenset(at for node in nodes for at in range(node.first, node.last + 1))


def _is_made(node: js.Node) -> bool:
    return isinstance(node, js.Joined | js.Name | js.Member | js.Binary)


def _is_use(source: Source, at: int) -> bool:
    module = source.module
    name, before, after = module.value(at), module.value(at - 1) if at else "", module.value(at + 1)
    imported = source.imports.get(name)
    if before in {".", "?.", "export", "default"} or (after == ":" and before in {"{", ","}):
        return False
    if imported is not None:
        return imported.at != at and imported.specifier.startswith(_OWN) and not _in_clause(source, at)
    bound = source.bindings.get(name)
    return bound is not None and all(b.at != at for b in bound) and not _in_clause(source, at)


def _in_clause(source: Source, at: int) -> bool:
    """Whether a name stands in `import { … }` or `export { … }`."""
    holder = source.module.tokens.holder[at]
    return (
        holder > 0
        and source.module.value(holder - 1) in {"import", "export", "type", ","}
        and (
            source.module.value(source.module.tokens.partner[holder] + 1) == "from"
            or source.module.value(holder - 1) == "export"
        )
    )


def _dotted(source: Source, at: int) -> js.Node:
    """A name with the keys that are read of it, without what is called."""
    module = source.module
    node: js.Node = js.Name(at, at, module.value(at))
    for _ in range(_KEYS):
        last = node.last
        key = last + 2
        if (
            module.value(last + 1) not in {".", "?."}
            or module.value(key + 1) == "("
            or module.expressions.kind(key) != "name"
        ):
            break
        node = js.Member(at, key, node, module.value(key))
    return node


def _is_address(value: Template) -> bool:
    first = next(expanded(value), None)
    if isinstance(first, Text):
        return "://" in first.value
    return isinstance(first, Symbol) and not first.name.startswith("location.")


# --- code for development --------------------------------------------------------------------------------------------


def guarded(source: Source) -> Iterator[Location]:
    """What an `if` that speaks of the environment or of the page's host decides about: both of its branches."""
    module = source.module
    for at, token in enumerate(module.tokens.all):
        if token.value != "if" or token.kind != "name" or module.value(at + 1) != "(":
            continue
        closed = module.tokens.partner[at + 1]
        if not _SPEAKS.search(module.source(js.Unread(at + 1, closed)).value):
            continue
        last = _branch(module, closed + 1)
        if module.value(last + 1) == "else":
            last = _branch(module, last + 2)
        yield module.location(js.Unread(closed + 1, last))


def _branch(module: js.Module, at: int) -> int:
    """The last token of a block or a statement."""
    if module.value(at) == "{":
        return module.tokens.partner[at]
    end = len(module.tokens.all) - 1
    while at < end and module.value(at) not in {";", "}"}:
        at = module.tokens.partner[at] + 1 if module.value(at) in {"(", "{", "["} else at + 1
    return at
