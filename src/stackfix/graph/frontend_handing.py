"""Functions of a front end that hand a path on to a request, and the calls of the project's own functions with one.

What one file says; which function a call means is found out across files (frontend_handed).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from stackfix.formats import javascript as js
from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Anchor, Location
    from stackfix.graph.javascript_values import Source

METHODS = {"get": "GET", "post": "POST", "put": "PUT", "delete": "DELETE", "patch": "PATCH", "head": "HEAD"}
_DEPTH = 6
_MOST = 3
"""Arguments that are looked at."""
_PATH = re.compile(r"/[A-Za-z0-9_{]|/$|https?://", re.IGNORECASE)
_ORIGIN_TEST = re.compile(r"http|://")
_SLASH_TEST = re.compile(r"\.startsWith\(\s*['\"`]/['\"`]\s*\)|\[0\]\s*===?\s*['\"`]/['\"`]")


Part = Text | Hole | Symbol | Opaque
NOTHING = Template(())


class Asked(NamedTuple):
    """A request that a call makes by itself: its client, its method where it can be read, and the URL's expression."""

    client: str
    method: str | None
    url: js.Node
    own: bool


@dataclass(frozen=True, slots=True)
class Given:
    """An expression that is made of one parameter: what stands before and behind it, and whom it goes through first.

    `whole`: an address with an origin is left as it is. `slashed`: a path without a slash gets one.
    """

    name: str
    before: Template = NOTHING
    after: Template = NOTHING
    through: str | None = None
    whole: bool = False
    slashed: bool = False


@dataclass(frozen=True, slots=True)
class Hander:
    """A function that asks for what it is given, or gives an address back that is made of it.

    `name` is its own ("get", "api.get"; "=" for what the file exports by default), `position` the parameter's, `key`
    its key where it is taken out of an object. `callee` is who is asked, with the path in its argument `at`: None for a
    request itself, with its `client`; "" where the address is given back. `method` is None where it can't be read, or
    where it `inherits` the one that it is called with.
    """

    name: str
    position: int
    key: str
    given: Given
    callee: str | None
    client: str = ""
    method: str | None = None
    own: bool = False
    at: int = 0
    inherits: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """A call of one of the project's own functions. Each argument that may be a path, by position and key.

    `client` is the request's around it, "" where the call stands alone.
    """

    name: str
    arguments: tuple[tuple[int, str, Template], ...]
    method: str | None
    location: Location
    anchor: Anchor
    places: tuple[tuple[Location, Anchor], ...]
    client: str = ""
    own: bool = False


# --- parameters ------------------------------------------------------------------------------------------------------


def functions(source: Source, at: int) -> Iterator[tuple[str, dict[str, tuple[int, str]]]]:
    """The functions around a token that have a name, the innermost first, with their parameters by position and key."""
    around = sorted(source.functions_at(at), key=lambda f: -f.first)
    for function in around:
        name = qualified(source.module, function.first)
        if name:
            yield name, _ordered(source.module, function.first)


def _ordered(module: js.Module, first: int) -> dict[str, tuple[int, str]]:
    if module.value(first) != "(":
        return {module.value(first): (0, "")}
    found: dict[str, tuple[int, str]] = {}
    at, end, position = first + 1, module.tokens.partner[first], 0
    while at < end:
        after = module.expressions.comma(at, end)
        if module.value(at) == "{":
            found.update({key: (position, key) for key in _keys(module, at)})
        elif module.expressions.kind(at) == "name":
            found[module.value(at)] = (position, "")
        position, at = position + 1, after + 1
    return found


def _keys(module: js.Module, opened: int) -> Iterator[str]:
    at, end = opened + 1, module.tokens.partner[opened]
    while at < end:
        after = module.expressions.comma(at, end)
        if module.expressions.kind(at) == "name" and module.value(at + 1) != ":":
            yield module.value(at)
        at = after + 1


def qualified(module: js.Module, first: int) -> str:
    """What the function is called whose parameters begin at a token: "get", "api.get", "="; "" where it has no name."""
    at = _before_types(module, first - 1)
    if module.value(at) == "async":
        at -= 1
    if module.expressions.kind(at) == "name" and module.value(at) not in {"function", "return", "default"}:
        declared = module.value(at - 1 - (module.value(at - 1) == "*"))
        if declared == "function":
            named = module.value(at)
            return "=" if module.value(at - 2 - (module.value(at - 2) == "async")) == "default" else named
        return _inside(module, at, module.value(at))
    if module.value(at) == "function":
        at -= 1
        at -= module.value(at) == "async"
    if module.value(at) == "=" and module.expressions.kind(at - 1) == "name":
        return _inside(module, at - 1, module.value(at - 1))
    if module.value(at) == ":" and module.expressions.kind(at - 1) == "name":
        return _inside(module, at - 1, module.value(at - 1))
    return "=" if module.value(at) == "default" else ""


def _before_types(module: js.Module, at: int) -> int:
    """The token before the type parameters that end at a token."""
    if module.value(at) != ">":
        return at
    depth = 0
    while at >= 0:
        depth += (module.value(at) == ">") - (module.value(at) == "<")
        at -= 1
        if depth == 0:
            return at
    return at


def _inside(module: js.Module, at: int, name: str) -> str:
    """A name with that of the object or class that it is a key of; "" where that has none."""
    holder = module.tokens.holder[at]
    if holder < 0 or module.value(at - 1) in {"const", "let", "var", "function"}:
        return name
    before = holder - 1
    if module.value(before) == "=" and module.expressions.kind(before - 1) == "name":
        return f"{module.value(before - 1)}.{name}"
    if module.value(before) == "default":
        return f"=.{name}"
    for back in range(before, max(before - 8, -1), -1):
        if module.value(back) == "class":
            return f"{module.value(back + 1)}.{name}"
        if module.value(back) in {")", "}", ";"}:
            break
    return ""


# --- what an address is made of --------------------------------------------------------------------------------------


def given(source: Source, node: js.Node | None, names: dict[str, tuple[int, str]], depth: int = 0) -> Given | None:
    """An expression as one of the parameters with what is put around it; None where it is made otherwise."""
    if node is None or depth > _DEPTH:
        return None
    if isinstance(node, js.Name):
        return _of_name(source, node, names, depth)
    if isinstance(node, js.Joined):
        return _of_parts(source, node.parts, names, depth)
    if isinstance(node, js.Binary) and node.operator == "+":
        return _of_parts(source, (node.left, node.right), names, depth)
    if isinstance(node, js.Conditional):
        return _of_choice(source, node, names, depth)
    return _of_call(source, node, names, depth) if isinstance(node, js.Call) else None


def _of_call(source: Source, node: js.Call, names: dict[str, tuple[int, str]], depth: int) -> Given | None:
    if node.new:
        return _of_page(source, node, names, depth)
    called = js.dotted(node.function)
    inner = given(source, node.arguments[0], names, depth + 1) if len(node.arguments) == 1 else None
    if inner is None or called is None or inner.through is not None:
        return None
    return inner if called in {"encodeURI", "String"} else replace(inner, through=called)


def _of_name(source: Source, node: js.Name, names: dict[str, tuple[int, str]], depth: int) -> Given | None:
    if node.name in names and source.is_parameter(node.name, node.first):
        return Given(node.name)
    binding = source.lookup(node.name, node.first)
    if binding is None or binding.path or binding.scope == -1:
        return None
    return given(source, binding.value, names, depth + 1)


def _of_page(source: Source, node: js.Call, names: dict[str, tuple[int, str]], depth: int) -> Given | None:
    """`new URL(path, location.origin)`."""
    inner = given(source, js.argument(node, 0), names, depth + 1)
    base = source.evaluate(js.argument(node, 1)).parts
    page = len(base) == 1 and isinstance(base[0], Symbol) and base[0].name in {"location.origin", "location.href"}
    if inner is None or inner.before.parts or not page or js.dotted(node.function) != "URL":
        return None
    return replace(inner, before=Template((Symbol("location.origin"),)), whole=True)


def _of_parts(
    source: Source, parts: tuple[Text | js.Node, ...], names: dict[str, tuple[int, str]], depth: int
) -> Given | None:
    before: list[Part] = []
    after: list[Part] = []
    found: Given | None = None
    for part in parts:
        inner = None if isinstance(part, Text) else given(source, part, names, depth + 1)
        if inner is not None and found is None:
            found = inner
            continue
        if inner is not None:
            return None
        value = (part,) if isinstance(part, Text) else _beside(source, part).parts
        (before if found is None else after).extend(value)
    if found is None or found.whole or (found.slashed and after):
        return None
    return replace(
        found,
        before=Template((*before, *found.before.parts)),
        after=Template((*found.after.parts, *after)),
    )


def _beside(source: Source, node: js.Node) -> Template:
    """What stands beside the parameter; what an object keeps is what is put there once."""
    if not (isinstance(node, js.Member) and isinstance(node.owner, js.Name) and node.owner.name == "this"):
        return source.evaluate(node)
    module = source.module
    found = [
        at + 2
        for at, token in enumerate(module.tokens.all)
        if token.value == node.name and token.kind == "name" and module.value(at + 1) == "="
    ]
    return source.evaluate(module.expressions.expression(found[0])) if len(found) == 1 else Template.unknown()


def _of_choice(source: Source, node: js.Conditional, names: dict[str, tuple[int, str]], depth: int) -> Given | None:
    """`path.startsWith("http") ? path : BASE + path`, `path.startsWith("/") ? path : "/" + path`."""
    yes, no = given(source, node.yes, names, depth + 1), given(source, node.no, names, depth + 1)
    test = source.module.source(node.test).value
    if yes is None or no is None or yes.name != no.name:
        return None
    plain, made = (yes, no) if not yes.before.parts and not yes.after.parts else (no, yes)
    if plain.before.parts or plain.after.parts or plain.through or made.through:
        return None
    if _ORIGIN_TEST.search(test):
        return replace(made, whole=True)
    slash = made.before.text
    if _SLASH_TEST.search(test) and slash is not None and slash.value == "/" and not made.after.parts:
        return Given(plain.name, slashed=True)
    return None


# --- handers ---------------------------------------------------------------------------------------------------------


def handers(source: Source, calls: tuple[js.Call, ...], asked: Mapping[js.Call, Asked]) -> Iterator[Hander]:
    """The functions of a file that hand on what they are given. `asked` are the requests that it makes itself."""
    for call in calls:
        request = asked.get(call)
        called = js.dotted(call.function)
        if called is None:
            continue
        for name, names in functions(source, call.first):
            if request is not None:
                yield from _asking(source, call, request, name, names)
            elif called != name and _is_own(source, called):
                for index, argument in enumerate(call.arguments[:_MOST]):
                    made = given(source, argument, names)
                    if made is not None:
                        method, inherits = _further(source, call.arguments[index + 1 :])
                        found = _hander(name, names, made, called)
                        yield replace(found, at=index, method=method, inherits=inherits)
    yield from _giving(source)


def _asking(
    source: Source, call: js.Call, request: Asked, name: str, names: dict[str, tuple[int, str]]
) -> Iterator[Hander]:
    made = given(source, request.url, names)
    if made is not None:
        inherits = request.method is None and _further(source, call.arguments[1:])[1]
        found = _hander(name, names, made, None)
        yield replace(found, client=request.client, method=request.method, own=request.own, inherits=inherits)


def _further(source: Source, arguments: tuple[js.Node, ...]) -> tuple[str | None, bool]:
    """The method that further arguments say, and whether they are those of the function itself."""
    options = next((a for a in arguments if isinstance(a, js.Object)), None)
    if options is None:
        return ("GET", False) if not arguments else (None, isinstance(arguments[-1], js.Name))
    method = _method(source, options)
    return method, method is None and options.get("method") is None


def _hander(name: str, names: dict[str, tuple[int, str]], made: Given, callee: str | None) -> Hander:
    position, key = names[made.name]
    return Hander(name, position, key, made, callee)


def _giving(source: Source) -> Iterator[Hander]:
    """Functions that give an address back."""
    module = source.module
    for function in source.functions:
        name = qualified(module, function.first)
        if not name:
            continue
        node = _function(module, function.first, function.last)
        made = given(source, source.returned(node), _ordered(module, function.first)) if node is not None else None
        if made is not None and (made.before.parts or made.after.parts):
            yield _hander(name, _ordered(module, function.first), made, "")


def _function(module: js.Module, first: int, last: int) -> js.Function | None:
    found = module.expressions.operand(first)
    if isinstance(found, js.Function):
        return found
    opened = module.tokens.partner[last] if module.value(last) == "}" else None
    return None if opened is None else js.Function(first, last, (), opened)


# --- calls -----------------------------------------------------------------------------------------------------------


def handed(source: Source, calls: tuple[js.Call, ...], asked: Mapping[js.Call, Asked]) -> Iterator[Handed]:
    """The calls of the project's own functions with something that may be a path."""
    inner = {(one.url.first, one.url.last): one for one in asked.values() if isinstance(one.url, js.Call)}
    for call in calls:
        name = js.dotted(call.function)
        if name is None or call.new or not _is_own(source, name):
            continue
        found = _handed(source, call, name)
        around = inner.get((call.first, call.last))
        if found is not None and around is not None:
            found = replace(found, client=around.client, method=around.method, own=around.own)
        if found is not None:
            yield found


def _handed(source: Source, call: js.Call, name: str) -> Handed | None:
    arguments: list[tuple[int, str, Template]] = []
    nodes: list[js.Node] = []
    method: str | None = "GET"
    for position, node in enumerate(call.arguments[:_MOST]):
        options = node if isinstance(node, js.Object) else None
        for key, value in [("", node)] if options is None else [(p.key, p.value) for p in options.properties]:
            if isinstance(value, js.Literal | js.Joined) and _may_be_path(found := source.evaluate(value)):
                arguments.append((position, key, found))
                nodes.append(value)
        if position or options is not None:
            method = _method(source, options)
    if not arguments:
        return None
    module = source.module
    places = tuple((module.location(n), module.anchor(n)) for n in nodes)
    return Handed(name, tuple(arguments), method, module.location(call), module.anchor(call), places)


def _method(source: Source, options: js.Object | None) -> str | None:
    if options is None:
        return None
    written = options.get("method")
    if written is None:
        return "GET" if options.whole else None
    text = source.evaluate(written).text
    return text.value.upper() if text is not None else None


def _may_be_path(value: Template) -> bool:
    first = value.parts[0] if value.parts else None
    return isinstance(first, Text) and bool(_PATH.match(first.value))


def _is_own(source: Source, name: str) -> bool:
    """Whether a name is one of the project's own: declared in the file, or imported from its files."""
    head = name.partition(".")[0]
    imported = source.imports.get(head)
    if imported is not None:
        return imported.specifier.startswith((".", "@/", "~", "src/", "$lib/", "#"))
    return head in source.bindings


# --- instances -------------------------------------------------------------------------------------------------------


def instances(source: Source, makes: frozenset[str]) -> Iterator[tuple[str, Template | None]]:
    """The names of the clients that a file makes, each with its base (None: without)."""
    for name, bound in source.bindings.items():
        only = bound[0] if len(bound) == 1 and bound[0].scope == -1 and not bound[0].path else None
        made = only.value if only is not None else None
        if isinstance(made, js.Call) and js.dotted(made.function) in makes:
            yield name, _base(source, made)
    module = source.module
    for at, token in enumerate(module.tokens.all):
        if token.value == "default" and module.value(at - 1) == "export":
            node = module.expressions.expression(at + 1)
            if isinstance(node, js.Call) and js.dotted(node.function) in makes:
                yield "=", _base(source, node)


def _base(source: Source, call: js.Call) -> Template | None:
    options = source.object(js.argument(call, 0))
    if options is None:
        return None if not call.arguments else Template((Opaque(),))
    value = options.get("baseURL") or options.get("prefixUrl")
    if value is None:
        return None if options.whole else Template((Opaque(),))
    return source.evaluate(value)


def objects(source: Source) -> Iterator[tuple[str, str]]:
    """The names of the objects that a file makes of its own classes, with the class; of functions' results likewise."""
    classes = {name for name, bound in source.bindings.items() if any(b.kind == "class" for b in bound)}
    for name, bound in source.bindings.items():
        value = bound[0].value if len(bound) == 1 and not bound[0].path else None
        if isinstance(value, js.Call) and value.new and js.dotted(value.function) in classes:
            yield name, js.dotted(value.function) or ""
    for name, bound in source.bindings.items():
        value = bound[0].value if len(bound) == 1 and len(bound[0].path) <= 1 else None
        made = js.dotted(value.function) if isinstance(value, js.Call) and not value.new else None
        if made is not None and "." not in made and made.startswith("use") and _is_own(source, made):
            yield name, ".".join((made, *bound[0].path))
    module = source.module
    for at, token in enumerate(module.tokens.all):
        if token.value == "default" and module.value(at + 1) == "new" and module.value(at + 2) in classes:
            yield "=", module.value(at + 2)
