"""Variables that a validator of settings (envalid, zod, env-var) demands of the environment at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.graph import javascript_flow as flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.javascript_values import Source

_ENVALID = frozenset({"str", "url", "email", "host", "port", "num", "bool", "json"})
_ZOD = frozenset({
    "string", "enum", "nativeEnum", "url", "email", "uuid", "coerce.number", "coerce.date", "coerce.bigint",
})  # fmt: skip
_KEEPING = frozenset({
    "min", "max", "length", "url", "email", "uuid", "regex", "startsWith", "endsWith", "includes", "nonempty", "trim",
    "toLowerCase", "toUpperCase", "int", "positive", "nonnegative", "gt", "gte", "lt", "lte", "describe", "refine",
    "transform", "datetime", "ip", "superRefine", "finite", "passthrough", "strip", "loose",
})  # fmt: skip
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def required(source: Source, call: js.Call, scope: int) -> Iterator[tuple[str, js.Node]]:
    """The variables that a call demands, each with the node that says so."""
    name = js.dotted(call.function) or ""
    last = call.function.name if isinstance(call.function, js.Member) else name
    if name.rpartition(".")[2] == "cleanEnv" and len(call.arguments) == 2 and _comes(source, name, "envalid"):  # noqa: PLR2004 - a reporter of its own may go on
        yield from _envalid(source, call)
    elif last == "parse" or (last == "safeParse" and _refused(source, call, scope)):
        yield from _zod(source, call)
    elif last.startswith("as") and isinstance(call.function, js.Member):
        yield from _env_var(source, call.function.owner)


def _comes(source: Source, name: str, *packages: str) -> bool:
    imported = source.imports.get(name.partition(".")[0])
    return imported is not None and imported.specifier in packages


def _envalid(source: Source, call: js.Call) -> Iterator[tuple[str, js.Node]]:
    schema = source.object(js.argument(call, 1))
    if schema is None or not source.environment(js.argument(call, 0)):
        return
    for item in schema.properties:
        made = item.value if isinstance(item.value, js.Call) else None
        kind = js.dotted(made.function) if made is not None else None
        if (
            made is None
            or kind is None
            or kind.rpartition(".")[2] not in _ENVALID
            or not _comes(source, kind, "envalid")
        ):
            continue
        options = js.argument(made, 0)
        if options is None or (isinstance(options, js.Object) and options.whole and not _optional(options)):
            yield item.key, made


def _optional(options: js.Object) -> bool:
    return any(p.key.lower().endswith(("default", "when")) for p in options.properties)


def _zod(source: Source, call: js.Call) -> Iterator[tuple[str, js.Node]]:
    """`z.object({…}).parse(process.env)`, the schema here or under a name."""
    if not source.environment(js.argument(call, 0)) or not isinstance(call.function, js.Member):
        return
    node = _named(source, call.function.owner)
    while isinstance(node, js.Call) and isinstance(node.function, js.Member) and node.function.name in _KEEPING:
        node = _named(source, node.function.owner)
    name = js.dotted(node.function) if isinstance(node, js.Call) else None
    if name is None or not name.endswith(".object") or not _comes(source, name, "zod", "zod/v4", "zod/v3"):
        return
    schema = source.object(js.argument(node, 0)) if isinstance(node, js.Call) else None
    for item in schema.properties if schema is not None else ():
        if _asks(name.partition(".")[0], item.value) and _VARIABLE.fullmatch(item.key):
            yield item.key, item.value


def _named(source: Source, node: js.Node) -> js.Node:
    binding = source.lookup(node.name, node.first) if isinstance(node, js.Name) else None
    return binding.value if binding is not None and binding.value is not None and not binding.path else node


def _asks(zod: str, node: js.Node | None) -> bool:
    """Whether a type of zod fails for what isn't there."""
    while isinstance(node, js.Call):
        name = js.dotted(node.function)
        if name is not None:
            return name.startswith(zod + ".") and name[len(zod) + 1 :] in _ZOD
        if not isinstance(node.function, js.Member) or node.function.name not in _KEEPING:
            return False
        node = node.function.owner
    return False


def _refused(source: Source, call: js.Call, scope: int) -> bool:
    """Whether the process ends where `const parsed = schema.safeParse(…)` has not succeeded."""
    module = source.module
    value = module.value
    name = value(call.first - 2) if value(call.first - 1) == "=" else None
    binding = source.lookup(name, call.first) if name is not None else None
    if name is None or binding is None or binding.path:
        return False
    for at in range(call.last + 1, len(module.tokens.all)):
        if value(at) == "if" and value(at + 1) == "(" and module.tokens.holder[at] == scope:
            close = module.tokens.partner[at + 1]
            said = module.source(module.expressions.expression(at + 2)).value
            held = re.fullmatch(rf"!\s*{name}\.success|{name}\.success\s*===?\s*false|{name}\.error", said)
            if held is not None and flow.fatal(module, close + 1) and flow.certain(module, at, scope):
                return True
    return False


def _env_var(source: Source, node: js.Node) -> Iterator[tuple[str, js.Node]]:
    """`env.get("X").required()` before what asks for it as a type."""
    if not isinstance(node, js.Call) or not isinstance(node.function, js.Member) or node.function.name != "required":
        return
    inner = node.function.owner
    name = js.dotted(inner.function) if isinstance(inner, js.Call) else None
    if node.arguments or name is None or not isinstance(inner, js.Call) or not _comes(source, name, "env-var"):
        return
    given = js.argument(inner, 0)
    if name.endswith("get") and isinstance(given, js.Literal):
        yield given.text.value, given
