"""Cross-origin settings of a Python file: Starlette's middleware, flask-cors, django-cors-headers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted
from stackfix.graph.python_facts import Cors, Spot
from stackfix.graph.python_values import evaluate, keyword, literal_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.python_scope import Source
    from stackfix.graph.value import Template

_FLASK = {"flask_cors.CORS", "quart_cors.cors", "flask_cors.cross_origin"}
_DJANGO_LISTS = {"CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_WHITELIST"}
_DJANGO_ALL = {"CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"}
_DJANGO_REGEXES = {"CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST"}


def cors(source: Source) -> Iterator[Cors]:
    """Every place that says which origins a browser may call from."""
    for node, spot in source.calls:
        found = _starlette(source, node, spot) or _flask(source, node, spot)
        if found is not None:
            yield found
    yield from _django(source)


def _starlette(source: Source, node: ast.Call, spot: Spot) -> Cors | None:
    """`app.add_middleware(CORSMiddleware, …)`, `Middleware(CORSMiddleware, …)`, `CORSMiddleware(app, …)`."""
    name = source.qualified(node.func) or ""
    first = (source.qualified(node.args[0]) or "") if node.args else ""
    adds = name.rpartition(".")[2] in {"add_middleware", "Middleware"} and first.endswith("CORSMiddleware")
    if not adds and not name.endswith(".CORSMiddleware"):
        return None
    owner = dotted(node.func.value) if isinstance(node.func, ast.Attribute) and adds else None
    if not adds and node.args:
        owner = dotted(node.args[0])
    given = keyword(node, "allow_origins")
    origins, expression, separator = _origins(source, given, spot)
    regex = keyword(node, "allow_origin_regex")
    place, anchor = _at(source, given)
    return Cors(
        "starlette", origins if given is not None else (), expression, separator,
        None if regex is None else evaluate(source, regex, spot.scope),
        _truth(keyword(node, "allow_credentials"), default=False), _has_star(origins), spot,
        source.module.location(node), source.module.anchor(node),
        None if owner is None else source.owner(owner, spot.scope), place, anchor,
    )  # fmt: skip


def _flask(source: Source, node: ast.Call, spot: Spot) -> Cors | None:
    if source.qualified(node.func) not in _FLASK:
        return None
    given = keyword(node, "origins") or keyword(node, "allow_origin")
    resources = keyword(node, "resources")
    if given is None and isinstance(resources, ast.Dict):
        inner = [v for v in resources.values if isinstance(v, ast.Dict)]
        pairs = [(k, v) for d in inner for k, v in zip(d.keys, d.values, strict=True)]
        values = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "origins"]
        given = values[0] if len(values) == 1 else None
    hidden = any(k.arg is None for k in node.keywords) or (resources is not None and given is None)
    origins, expression, separator = _origins(source, given, spot)
    everything = _has_star(origins) or (given is None and not hidden)
    if expression is not None and expression.text is not None and separator is None:
        everything = everything or expression.text.value == "*"
    owner = dotted(node.args[0]) if node.args else None
    place, anchor = _at(source, given)
    return Cors(
        "flask", origins, expression, separator, None,
        _truth(keyword(node, "supports_credentials"), default=False), everything, spot,
        source.module.location(node), source.module.anchor(node),
        None if owner is None else source.owner(owner, spot.scope), place, anchor,
    )  # fmt: skip


def _django(source: Source) -> Iterator[Cors]:
    credentials = _truth(source.single("CORS_ALLOW_CREDENTIALS", ""), default=False)
    for name in sorted(_DJANGO_LISTS | _DJANGO_ALL | _DJANGO_REGEXES):
        value = source.single(name, "")
        found = source.lookup(name, "")
        if value is None or found is None:
            continue
        spot = found[1][0].spot
        allows = name in _DJANGO_ALL
        if allows and not _truth(value, default=False):
            continue
        origins, expression, separator = ((), None, None) if allows else _origins(source, value, spot)
        regex = evaluate(source, value, "") if name in _DJANGO_REGEXES else None
        place, anchor = _at(source, value)
        assert place is not None
        assert anchor is not None
        yield Cors(
            "django", () if regex is not None else origins, expression, separator, regex, credentials, allows, spot,
            place, anchor, None, place, anchor,
        )  # fmt: skip


def _origins(
    source: Source, given: ast.expr | None, spot: Spot
) -> tuple[tuple[Template, ...] | None, Template | None, str | None]:
    """The elements of a list display; else the expression, and what its text is split by."""
    if given is None:
        return None, None, None
    display = literal_list(source, given, spot.scope)
    if display is not None and not any(isinstance(e, ast.Starred) for e in display.elts):
        return tuple(evaluate(source, e, spot.scope) for e in display.elts), None, None
    node = given
    if isinstance(node, ast.Name):
        node = source.single(node.id, spot.scope) or node
    if isinstance(node, ast.ListComp) and len(node.generators) == 1:
        node = node.generators[0].iter
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
        mark = node.args[0] if node.args else None
        separator = str(mark.value) if isinstance(mark, ast.Constant) else " "
        return None, evaluate(source, node.func.value, spot.scope), separator
    return None, evaluate(source, node, spot.scope), None


def _has_star(origins: tuple[Template, ...] | None) -> bool:
    return any(o.text is not None and o.text.value == "*" for o in origins or ())


def _truth(node: ast.expr | None, *, default: bool) -> bool | None:
    if node is None:
        return default
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, bool) else None


def _at(source: Source, node: ast.expr | None) -> tuple[Location | None, Anchor | None]:
    return (None, None) if node is None else (source.module.location(node), source.module.anchor(node))
