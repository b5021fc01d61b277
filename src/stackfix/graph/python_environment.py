"""Readings of the environment in a Python file: calls, subscripts, and the fields of settings classes."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted
from stackfix.graph.python_facts import UNSEEN_FILE, EnvRead, Spot
from stackfix.graph.python_scope import Function
from stackfix.graph.python_values import evaluate, keyword, read_of, unknown
from stackfix.graph.value import Hole, Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.python_scope import Source

_WHOLE_ENVIRONMENT = {"dict", "items", "keys", "values", "copy"}
_SETTINGS = {"pydantic.BaseSettings", "pydantic_settings.BaseSettings", "pydantic.v1.BaseSettings"}
_PLAIN = re.compile(
    r"(?:int|str|bool|float|bytes|(?:pydantic\.)?(?:Secret(?:Str|Bytes)|\w*(?:Url|Dsn|Path)|PositiveInt|EmailStr)|Literal\[.*\])"
    r"(?:\s*\|\s*None)?"
)
_DEEPEST = 4
_ENUMERATED = re.compile(r"(?:typing\.)?Optional\[(.*)\]|(.*?)\s*\|\s*None")


def reads(source: Source) -> Iterator[EnvRead]:
    """Every reading by call or subscript whose variable is known by name."""
    types = _asked_types(source)
    alternatives = dict(_alternatives(source))
    for node, spot in source.of(ast.Call, ast.Subscript):
        hole = read_of(source, node, spot.scope)
        if hole is None or not hole.name:
            continue
        default = hole.default if hole.default is not None else alternatives.get(node)
        required = hole.required and default is None and not spot.conditional and not spot.guarded
        place = source.module.location(node)
        anchor = source.module.anchor(node)
        yield EnvRead(hole.name, default, required, place, anchor, spot, types.get(node), (hole.name,))


def _alternatives(source: Source) -> Iterator[tuple[ast.AST, Template]]:
    """What stands behind `or`: the default of the reading before it."""
    for node, spot in source.of(ast.BoolOp):
        if isinstance(node.op, ast.Or) and len(node.values) == 2:  # noqa: PLR2004 - a pair
            yield node.values[0], evaluate(source, node.values[1], spot.scope)


def is_dynamic(source: Source) -> bool:
    """Whether variables are read whose names can't be known."""
    for node, spot in source.of(ast.Call, ast.Subscript):
        hole = read_of(source, node, spot.scope)
        if hole is not None and not hole.name:
            return True
        if isinstance(node, ast.Call) and _takes_all(source, node):
            return True
    return False


def writes(source: Source) -> Iterator[str]:
    """The variables that the code itself sets."""
    for node, _ in source.of(ast.Subscript, ast.Call):
        target: ast.expr | None = None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            target = node.slice if source.qualified(node.value) == "os.environ" else None
        elif isinstance(node, ast.Call) and source.qualified(node.func) in {"os.environ.setdefault", "os.putenv"}:
            target = node.args[0] if node.args else None
        if isinstance(target, ast.Constant) and isinstance(target.value, str):
            yield target.value


def _takes_all(source: Source, node: ast.Call) -> bool:
    name = source.qualified(node.func) or ""
    if name.startswith("os.environ.") and name.rpartition(".")[2] in _WHOLE_ENVIRONMENT:
        return True
    return any(source.qualified(a) == "os.environ" for a in node.args)


def _asked_types(source: Source) -> dict[ast.AST, str]:
    """What type a reading is turned into: `int(getenv(…))`, `config(…, cast=int)`, `env.int(…)`."""
    found: dict[ast.AST, str] = {}
    for node, _ in source.calls:
        name = dotted(node.func) or ""
        if name in {"int", "float", "bool"} and len(node.args) == 1:
            inner = node.args[0]
            found.update(dict.fromkeys(inner.values if isinstance(inner, ast.BoolOp) else [inner], name))
        cast = keyword(node, "cast")
        if isinstance(cast, ast.Name):
            found[node] = cast.id
        elif name.rpartition(".")[2] in {"int", "bool", "float", "list", "url"} and "." in name:
            found[node] = name.rpartition(".")[2]
    return found


# --- settings classes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Options:
    """How a settings class names its variables."""

    prefix: str = ""
    sensitive: bool = False
    env_file: str | None = None
    delimiter: str | None = None


def settings_reads(source: Source) -> Iterator[tuple[str, EnvRead]]:
    """The fields of pydantic settings classes of this file, each with its dotted name."""
    for name, node in source.classes.items():
        if _is_settings(source, name, set()):
            yield from _fields(source, name, node, _options(source, name))


def _fields(source: Source, name: str, node: ast.ClassDef, options: _Options) -> Iterator[tuple[str, EnvRead]]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            read = _field(source, name, statement, options)
            if read is None:
                continue
            key = f"{name}.{statement.target.id}"
            parts = tuple(_parts(source, key, statement, options, read))
            # What has parts of its own is given by them, whole or not; a class of another module may have some.
            by_parts = bool(options.delimiter) and not _is_plain(ast.unparse(statement.annotation))
            yield key, replace(read, required=False) if by_parts else read
            yield from parts


def _parts(
    source: Source, key: str, statement: ast.AnnAssign, options: _Options, whole: EnvRead
) -> Iterator[tuple[str, EnvRead]]:
    """The fields of the model that is a field of settings, each with its own variable: `DB__URL` of `db: Database`."""
    model = source.classes.get(dotted(statement.annotation) or "")
    if model is None or not options.delimiter or key.count(".") > _DEEPEST:
        return
    inside = replace(options, prefix=whole.names[0] + options.delimiter)
    for inner, read in _fields(source, model.name, model, inside):
        if not read.names[0].upper().startswith(inside.prefix.upper()):
            continue
        wanted = read.required and whole.required
        yield f"{key}.{inner.partition('.')[2]}", replace(read, required=wanted, wholes=(*whole.wholes, *whole.names))


def hole_of(read: EnvRead) -> Hole:
    """What a settings field stands for in a template: its variables, the strongest first, then the default."""
    hole: Hole | None = None
    for name in reversed(read.names):
        default = read.default if hole is None else Template((hole,))
        hole = Hole(name, default, required=read.required and default is None, location=read.location)
    assert hole is not None
    return hole


def _is_settings(source: Source, name: str, seen: set[str]) -> bool:
    node = source.classes.get(name)
    if node is None or name in seen:
        return False
    seen.add(name)
    for base in node.bases:
        known = source.qualified(base) or ""
        # A base of another module is taken at its word: `BaseSettings`, `AppBaseSettings`.
        if known in _SETTINGS or known.rpartition(".")[2].endswith("BaseSettings"):
            return True
        if _is_settings(source, known, seen):
            return True
    return False


def _options(source: Source, name: str) -> _Options:
    """A class's own `model_config` or `Config`, else its base's."""
    node = source.classes[name]
    for statement in node.body:
        given = _configured(statement)
        if given is not None:
            return _read_options(source, given)
    for item in node.keywords:
        if item.arg == "env_prefix":
            return _read_options(source, {"env_prefix": item.value})
    for base in node.bases:
        known = dotted(base) or ""
        if known in source.classes and known != name:
            return _options(source, known)
    return _Options()


def _configured(statement: ast.stmt) -> dict[str, ast.expr] | None:
    if isinstance(statement, ast.ClassDef) and statement.name == "Config":
        pairs = [s for s in statement.body if isinstance(s, ast.Assign)]
        return {t.id: s.value for s in pairs for t in s.targets if isinstance(t, ast.Name)}
    if isinstance(statement, ast.AnnAssign):
        targets: list[ast.expr] = [statement.target]
    elif isinstance(statement, ast.Assign):
        targets = statement.targets
    else:
        return None
    if not any(isinstance(t, ast.Name) and t.id == "model_config" for t in targets):
        return None
    if isinstance(statement.value, ast.Call):
        return {k.arg: k.value for k in statement.value.keywords if k.arg is not None}
    if isinstance(statement.value, ast.Dict):
        pairs2 = zip(statement.value.keys, statement.value.values, strict=True)
        return {str(k.value): v for k, v in pairs2 if isinstance(k, ast.Constant)}
    return {}


def _read_options(source: Source, given: dict[str, ast.expr]) -> _Options:
    def text(key: str) -> str | None:
        value = evaluate(source, given.get(key), "").text
        return None if value is None else value.value

    sensitive = given.get("case_sensitive")
    strict = isinstance(sensitive, ast.Constant) and sensitive.value is True
    file = text("env_file") or _file(given.get("env_file"))
    return _Options(text("env_prefix") or "", strict, file, text("env_nested_delimiter"))


def _file(node: ast.expr | None) -> str | None:
    """The one dotenv file that an expression names (`BASE_DIR / ".env"`); UNSEEN_FILE where there are several."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return None
    named = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return named.pop() if len(named) == 1 and not isinstance(node, ast.IfExp) else UNSEEN_FILE


def _field(source: Source, scope: str, statement: ast.AnnAssign, options: _Options) -> EnvRead | None:
    assert isinstance(statement.target, ast.Name)
    name = statement.target.id
    annotation = ast.unparse(statement.annotation)
    if name == "model_config" or name.startswith("_") or annotation.startswith(("ClassVar", "typing.ClassVar")):
        return None
    field = _field_call(source, statement)
    default, none = _field_default(source, statement.value, field, scope)
    names = _field_names(source, name, field, options)
    spot = Spot(scope)
    required = default is None and not none
    kind = _kind(annotation)
    place = source.module.location(statement.target)
    written = statement.value or statement.target
    anchor = source.module.anchor(written)
    insensitive = not options.sensitive
    return EnvRead(names[0], default, required, place, anchor, spot, kind, names, insensitive, options.env_file)


def _is_plain(annotation: str) -> bool:
    """Whether a field is one value, which one variable gives."""
    return _PLAIN.fullmatch(annotation) is not None


def _kind(annotation: str) -> str | None:
    match = _ENUMERATED.fullmatch(annotation)
    inner = annotation if match is None else (match[1] or match[2] or "")
    return inner if inner in {"int", "bool", "float"} else None


def _field_call(source: Source, statement: ast.AnnAssign) -> ast.Call | None:
    """The `Field(…)` of a field: its value, or in its `Annotated[…]`."""
    inside = [statement.value] if statement.value is not None else []
    inside.extend(n for n in ast.walk(statement.annotation) if isinstance(n, ast.Call))
    for node in inside:
        if isinstance(node, ast.Call) and (source.qualified(node.func) or "").rpartition(".")[2] == "Field":
            return node
    return None


def _field_default(
    source: Source, value: ast.expr | None, field: ast.Call | None, scope: str
) -> tuple[Template | None, bool]:
    """A field's default, and whether it is None on purpose or made by code."""
    if field is not None and (value is None or value is field):
        factory = keyword(field, "default_factory")
        if factory is not None:
            made = factory.body if isinstance(factory, ast.Lambda) else None
            return (evaluate(source, made, scope) if made is not None else Template.unknown()), True
        value = keyword(field, "default") or (field.args[0] if field.args else None)
    if value is None or (isinstance(value, ast.Constant) and value.value is ...):
        return None, False
    if isinstance(value, ast.Constant) and value.value is None:
        return None, True
    return evaluate(source, value, scope), False


def _field_names(source: Source, name: str, field: ast.Call | None, options: _Options) -> tuple[str, ...]:
    """The variables tried for a field, the strongest first. Names without case are in capitals."""
    given: list[str] = []
    for key in ("validation_alias", "env", "alias"):
        node = keyword(field, key) if field is not None else None
        if node is not None:
            options_of = [node] if not isinstance(node, ast.Call) else node.args
            options_of = options_of if not isinstance(node, ast.List | ast.Tuple) else node.elts
            texts = [source.module.string(n) for n in options_of]
            given = [t.value for t in texts if t is not None]
            break
    names = given or [options.prefix + name]
    return tuple(dict.fromkeys(n if options.sensitive else n.upper() for n in names))


# --- constants -------------------------------------------------------------------------------------------------------


def constants(source: Source) -> dict[str, Template]:
    """What each name of the module, each class attribute, instance attribute and property comes to."""
    found: dict[str, Template] = {}
    for name, bindings in source.bindings.items():
        scope = name.rpartition(".")[0]
        if scope and scope not in source.classes:
            continue
        firm = [b for b in bindings if not b.spot.fallback] or bindings
        values = [evaluate(source, _plain(b.value), b.spot.scope) for b in firm]
        found[name] = values[0] if len(values) == 1 else unknown(*values)
    for name, node in source.functions.items():
        owned = name.rpartition(".")[0] in source.classes and _is_property(node)
        returned = _returned(node) if owned else None
        if returned is not None:
            found[name] = evaluate(source, returned, name)
    found.update({name: Template((hole_of(read),)) for name, read in settings_reads(source)})
    return found


def _plain(value: ast.expr | None) -> ast.expr | None:
    """The default inside `field(default=…)` or `field(default_factory=lambda: …)`."""
    if isinstance(value, ast.Call) and (dotted(value.func) or "").rpartition(".")[2] in {"field", "Field", "ib"}:
        factory = keyword(value, "default_factory") or keyword(value, "factory")
        if isinstance(factory, ast.Lambda):
            return factory.body
        return keyword(value, "default")
    return value


def _is_property(node: Function) -> bool:
    names = {(dotted(d) or "").rpartition(".")[2] for d in node.decorator_list}
    return bool(names & {"property", "cached_property"})


def _return_statements(node: ast.stmt) -> list[ast.Return]:
    """Every `return` of a function, those of functions inside it left out: statements alone are looked into."""
    found: list[ast.Return] = []
    waiting: list[ast.AST] = [node]
    while waiting:
        inner = waiting.pop()
        if inner is not node and isinstance(inner, Function | ast.ClassDef):
            continue
        if isinstance(inner, ast.Return):
            found.append(inner)
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            below = getattr(inner, name, None)
            if isinstance(below, list):
                waiting.extend(below)
    return found


def _returned(node: Function) -> ast.expr | None:
    """What a function returns, where it has one `return` at its end and nothing that returns before it."""
    found = _return_statements(node)
    last = node.body[-1]
    return last.value if len(found) == 1 and isinstance(last, ast.Return) else None


def returns(source: Source) -> dict[str, str]:
    """What each function gives back where that is a dotted name of the file: `create_app` → `create_app.app`."""
    found: dict[str, str] = {}
    for name, node in source.functions.items():
        values = [n.value for n in _return_statements(node) if n.value is not None]
        names = {_made(source, v, name) for v in values}
        only = names.pop() if len(names) == 1 else None
        if only is not None:
            found[name] = only
    return found


def instances(source: Source) -> dict[str, str]:
    """What each name is made by: `settings = Settings()` → `Settings()`; `api = app` → `app`."""
    found: dict[str, str] = {}
    for name, bindings in source.bindings.items():
        firm = [b for b in bindings if not b.spot.fallback] or bindings
        if len(firm) == 1 and firm[0].value is not None and not firm[0].parameter:
            made = _made(source, firm[0].value, firm[0].spot.scope)
            if made is not None:
                found[name] = made
    return found


def _made(source: Source, node: ast.expr, scope: str) -> str | None:
    if isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        return None if name is None else source.owner(name, scope) + "()"
    name = dotted(node)
    return None if name is None else source.owner(name, scope)
