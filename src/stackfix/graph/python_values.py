"""What an expression of Python comes to, as a template: literals, environment reads, joined strings, names elsewhere.

Anything else is opaque, with the parts that went into it kept behind: `fill` then gives nothing, but what it is made of
can still be seen.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted
from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.graph.python_scope import Source

_DEPTH = 40
_PARTS = 200
_GETTERS = {"os.getenv", "os.environ.get", "os.environ.setdefault", "environ.get"}
_READERS = {
    "decouple.config", "decouple.AutoConfig", "decouple.Config", "starlette.config.Config", "environ.Env",
    "environ.FileAwareEnv", "environs.Env",
}  # fmt: skip
_CASTS = {
    "str", "int", "bool", "float", "url", "list", "json", "dict", "db", "db_url", "cache", "cache_url", "dj_db_url",
    "dj_cache_url", "get", "tuple", "path", "log_level",
}  # fmt: skip
_WRAPPERS = {"int", "str", "float", "pydantic.SecretStr", "pydantic.AnyHttpUrl", "pydantic.AnyUrl", "pydantic.HttpUrl"}
_KEEPING = {"strip", "lstrip", "rstrip", "lower", "encode", "get_secret_value", "removesuffix"}
_HELPER = re.compile(r"(?i:_?(?:get_)?_?env(?:_?(?:var|str|int|bool|float|or_default|default|variable|value))?|getenv)")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_PERCENT = re.compile(r"%[sd]")
_BRACES = re.compile(r"\{(\w*)\}")


def unknown(*made_of: Template) -> Template:
    """A value that can't be known, made of these."""
    return Template((Opaque(), *(p for t in made_of for p in t.parts if not isinstance(p, Opaque))))


def evaluate(source: Source, node: ast.expr | None, scope: str, depth: int = 0) -> Template:
    """What an expression seen from a scope comes to. Numbers are their decimal digits."""
    if node is None or depth > _DEPTH:
        return Template.unknown()
    text = source.module.string(node)
    text = source.module.number(node) if text is None else text
    if text is not None:
        return Template.literal(text)
    rule = _RULES.get(type(node))
    return Template.unknown() if rule is None else rule(source, node, scope, depth + 1)


def read_of(source: Source, node: ast.AST, scope: str, depth: int = 0) -> Hole | None:
    """The environment variable that a call or subscript reads; its name is "" where it can't be known."""
    if isinstance(node, ast.Subscript):
        if source.qualified(node.value) not in {"os.environ", "environ"} or isinstance(node.ctx, ast.Store | ast.Del):
            return None
        return Hole(_variable(source, node.slice, scope, depth), required=True, location=source.module.location(node))
    if not isinstance(node, ast.Call):
        return None
    kind = _reader(source, node, scope)
    if kind is None:
        return None
    name = _variable(source, _argument(node, 0, "key", "option", "var", "name"), scope, depth)
    default = _argument(node, 2 if kind == "cast-second" else 1, "default")
    place = source.module.location(node)
    if default is None:
        scheme = _scheme_default(source, node, scope, name)
        required = kind not in {"getter", "helper"} and scheme is None
        return Hole(name, scheme, required=required, location=place)
    if isinstance(default, ast.Constant) and default.value is None:
        return Hole(name, location=place)
    return Hole(name, evaluate(source, default, scope, depth + 1), location=place)


def elements(source: Source, node: ast.expr, scope: str, depth: int = 0) -> tuple[Template, ...] | None:
    """The elements of a list, tuple or set written out, here or under a name. None for anything else."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        if any(isinstance(e, ast.Starred) for e in node.elts):
            return None
        return tuple(evaluate(source, e, scope) for e in node.elts)
    if isinstance(node, ast.Name) and depth < _DEPTH:
        bound = source.single(node.id, scope)
        return None if bound is None else elements(source, bound, scope, depth + 1)
    return None


def literal_list(source: Source, node: ast.expr, scope: str) -> ast.List | ast.Tuple | ast.Set | None:
    """The list display that an expression stands for, here or under a name bound once."""
    for _ in range(_DEPTH):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return node
        bound = source.single(node.id, scope) if isinstance(node, ast.Name) else None
        if bound is None:
            return None
        node = bound
    return None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """What a call gives to a keyword."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def _argument(call: ast.Call, index: int, *names: str) -> ast.expr | None:
    if index < len(call.args):
        return call.args[index]
    return next((k.value for k in call.keywords if k.arg in names), None)


def _variable(source: Source, node: ast.expr | None, scope: str, depth: int) -> str:
    text = evaluate(source, node, scope, depth + 1).text
    return "" if text is None else text.value


def _reader(source: Source, call: ast.Call, scope: str) -> str | None:
    """How a call reads the environment, if it does: with an optional default, or failing without."""
    name = source.qualified(call.func)
    if name is None or not (call.args or call.keywords):
        return None
    if name in _GETTERS:
        return "getter"
    for spelled, method in ((name, ""), (name.rpartition(".")[0], name.rpartition(".")[2])):
        maker = _maker(source, spelled, scope)
        if maker is not None and (not method or method in _CASTS):
            second = maker in {"environ.Env", "environ.FileAwareEnv", "starlette.config.Config"} and not method
            return "cast-second" if second else "strict"
    return _by_convention(source, call, name)


def _by_convention(source: Source, call: ast.Call, name: str) -> str | None:
    """Reading helpers of the project and an `env` from another module, told by name and a first argument in caps."""
    first = call.args[0] if call.args else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str) or not _NAME.fullmatch(first.value):
        return None
    head, _, last = name.rpartition(".")
    if head.rpartition(".")[2] == "env" and last in _CASTS and source.imported(dotted(call.func) or ""):
        return "strict"
    if last == "env" and source.imported(last):
        return "strict"
    return "helper" if _HELPER.fullmatch(last) else None


def _maker(source: Source, name: str, scope: str) -> str | None:
    """The class of environment readers that a name is, or was made by."""
    if name == "decouple.config":
        return name
    if not name or "." in name:
        return None
    bound = source.single(name, scope)
    made = source.qualified(bound.func) if isinstance(bound, ast.Call) else None
    return made if made in _READERS else None


def _scheme_default(source: Source, call: ast.Call, scope: str, name: str) -> Template | None:
    """django-environ: `Env(PORT=(int, 8000))` gives a default beforehand."""
    head = (dotted(call.func) or "").partition(".")[0]
    made = source.single(head, scope)
    given = keyword(made, name) if isinstance(made, ast.Call) and name else None
    if isinstance(given, ast.Tuple) and len(given.elts) > 1:
        return evaluate(source, given.elts[1], scope)
    return None


# --- one function for each kind of expression ------------------------------------------------------------------------


def _name(source: Source, node: ast.AST, scope: str, depth: int) -> Template:
    assert isinstance(node, ast.Name)
    found = source.lookup(node.id, scope)
    if found is None:
        return Template((Symbol(node.id),))
    values = [_bound(source, b.value, b.spot.scope, depth) for b in found[1] if b.value is not None]
    if len(found[1]) != 1 or len(values) != 1 or found[1][0].parameter:
        return unknown(*values)
    return values[0]


def _bound(source: Source, node: ast.expr, scope: str, depth: int) -> Template:
    """What a name's expression comes to, worked out once; unknown while it is being worked out."""
    if node not in source.values:
        source.values[node] = Template.unknown()
        found = evaluate(source, node, scope, depth)
        source.values[node] = found if len(found.parts) <= _PARTS else Template.unknown()
    return source.values[node]


def _attribute(source: Source, node: ast.AST, scope: str, _depth: int) -> Template:
    name = dotted(node)
    if name is None:
        return Template.unknown()
    return Template((Symbol(source.owner(name, scope)),))


def _subscript(source: Source, node: ast.AST, scope: str, depth: int) -> Template:
    hole = read_of(source, node, scope, depth)
    return Template((hole,)) if hole is not None and hole.name else Template.unknown()


def _joined(source: Source, node: ast.AST, scope: str, depth: int) -> Template:
    assert isinstance(node, ast.JoinedStr)
    parts: list[Text | Hole | Symbol | Opaque] = []
    for part in source.module.joined(node):
        if isinstance(part, Text):
            parts.append(part)
        elif part.conversion != -1 or part.format_spec is not None:
            parts.append(Opaque())
        else:
            parts.extend(evaluate(source, part.value, scope, depth).parts)
    return Template(tuple(parts))


def _binary(source: Source, node: ast.AST, scope: str, depth: int) -> Template:
    assert isinstance(node, ast.BinOp)
    left = evaluate(source, node.left, scope, depth)
    if isinstance(node.op, ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled(left, _PERCENT, [evaluate(source, v, scope, depth) for v in values])
    right = evaluate(source, node.right, scope, depth)
    if isinstance(node.op, ast.Add) and (_is_string(node.left) or _is_string(node.right)):
        return Template(left.parts + right.parts)
    if isinstance(node.op, ast.Div):
        return Template.unknown()
    return unknown(left, right)


def _is_string(node: ast.expr) -> bool:
    """Whether an operand of `+` is text for certain, so that `+` joins."""
    for _ in range(_DEPTH):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            if _is_string(node.right):
                return True
            node = node.left
        else:
            break
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _filled(pattern: Template, mark: re.Pattern[str], values: list[Template]) -> Template:
    """A literal with marks filled in order; unknown where they don't fit."""
    text = pattern.text
    marks = [] if text is None else list(mark.finditer(text.value))
    if text is None or len(marks) != len(values) or "%%" in text.value:
        return unknown(pattern, *values)
    parts: list[Text | Hole | Symbol | Opaque] = []
    at = 0
    for found, value in zip(marks, values, strict=True):
        if found.start() > at:
            parts.append(text.slice(at, found.start()))
        parts.extend(value.parts)
        at = found.end()
    if at < len(text):
        parts.append(text.slice(at, len(text)))
    return Template(tuple(parts))


def _either(source: Source, node: ast.AST, scope: str, depth: int) -> Template:
    assert isinstance(node, ast.BoolOp)
    values = [evaluate(source, v, scope, depth) for v in node.values]
    if not isinstance(node.op, ast.Or):
        return unknown(*values)
    result = values[-1]
    if isinstance(node.values[-1], ast.Constant) and node.values[-1].value is None:
        result = Template(())
    for value in reversed(values[:-1]):
        result = _or(value, result)
    return result


def _or(first: Template, other: Template) -> Template:
    """`first or other`, where an empty value counts as none."""
    hole = first.parts[0] if len(first.parts) == 1 else None
    if not isinstance(hole, Hole):
        return unknown(first, other)
    given = hole.default.text if hole.default is not None else None
    if hole.default is None or (given is not None and not given.value):
        return Template((replace(hole, default=other if other.parts else None, empty_is_unset=True),))
    inner = _or(hole.default, other)
    if isinstance(inner.parts[0], Hole):
        return Template((replace(hole, default=inner, empty_is_unset=True),))
    # `get(X, "a") or "b"`: an unset X gives "a", an empty one "b", which a hole can't say.
    return unknown(first, other)


def _conditional(source: Source, node: ast.AST, scope: str, depth: int) -> Template:
    assert isinstance(node, ast.IfExp)
    body = evaluate(source, node.body, scope, depth)
    other = evaluate(source, node.orelse, scope, depth)
    return _or(body, other) if ast.dump(node.test) == ast.dump(node.body) else unknown(body, other)


def _call(source: Source, node: ast.AST, scope: str, depth: int) -> Template:
    assert isinstance(node, ast.Call)
    hole = read_of(source, node, scope, depth)
    if hole is not None:
        return Template((hole,)) if hole.name else Template.unknown()
    name = source.qualified(node.func)
    if name in _WRAPPERS and len(node.args) == 1:
        return evaluate(source, node.args[0], scope, depth)
    if isinstance(node.func, ast.Attribute):
        return _method(source, node, node.func, scope, depth)
    return unknown(*(evaluate(source, a, scope, depth) for a in _given(node)))


def _given(node: ast.Call) -> list[ast.expr]:
    return [a for a in [*node.args, *(k.value for k in node.keywords)] if not isinstance(a, ast.Starred)]


def _method(source: Source, node: ast.Call, func: ast.Attribute, scope: str, depth: int) -> Template:
    """What a method makes of a text."""
    given = [evaluate(source, a, scope, depth) for a in _given(node)]
    if func.attr in _KEEPING:
        return _trimmed(evaluate(source, func.value, scope, depth), func.attr, given)
    if func.attr == "format" and not node.keywords:
        pattern = evaluate(source, func.value, scope, depth)
        marks = _BRACES.findall(pattern.text.value) if pattern.text is not None else ["x"]
        return _filled(pattern, _BRACES, given) if not any(marks) else unknown(pattern, *given)
    if func.attr == "format" and not node.args:
        return _named_format(source, node, func, scope, depth)
    own = evaluate(source, func.value, scope, depth)
    if not node.args and not node.keywords and dotted(node) is not None:
        return Template((Opaque(),))
    return unknown(own, *given)


def _named_format(source: Source, node: ast.Call, func: ast.Attribute, scope: str, depth: int) -> Template:
    pattern = evaluate(source, func.value, scope, depth)
    names = _BRACES.findall(pattern.text.value) if pattern.text is not None else []
    values = [keyword(node, n) for n in names]
    return _filled(pattern, _BRACES, [evaluate(source, v, scope, depth) for v in values])


def _trimmed(value: Template, method: str, given: list[Template]) -> Template:
    """`strip` and its like: a literal end is cut as they would; an environment's value is taken as it is."""
    if method not in {"strip", "rstrip"} or not value.parts:
        return value
    cut = given[0].text.value if given and given[0].text is not None else None
    last = value.parts[-1]
    if isinstance(last, Text):
        return Template((*value.parts[:-1], last.slice(0, len(last.value.rstrip(cut)))))
    if isinstance(last, Hole) and last.default is not None:
        return Template((*value.parts[:-1], replace(last, default=_trimmed(last.default, method, given))))
    return value


def _awaited(source: Source, node: ast.AST, scope: str, depth: int) -> Template:
    assert isinstance(node, ast.Await | ast.NamedExpr | ast.Starred)
    return evaluate(source, node.value, scope, depth)


def _many(source: Source, node: ast.AST, scope: str, depth: int) -> Template:
    inner = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
    return unknown(*(evaluate(source, n, scope, depth) for n in inner))


_RULES: dict[type[ast.AST], Callable[[Source, ast.AST, str, int], Template]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.JoinedStr: _joined,
    ast.BinOp: _binary,
    ast.BoolOp: _either,
    ast.IfExp: _conditional,
    ast.Call: _call,
    ast.Await: _awaited,
    ast.NamedExpr: _awaited,
    ast.List: _many,
    ast.Tuple: _many,
    ast.Dict: _many,
}
