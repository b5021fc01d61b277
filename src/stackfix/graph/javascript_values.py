"""What JavaScript expressions come to: text, environment variables with their defaults, constants of other modules."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.formats import javascript_bindings as declared
from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackfix.findings import Anchor, Location

_DEPTH = 24
_PARTS = 40
_ENVIRONMENTS = frozenset({"process.env", "import.meta.env", "Bun.env", "globalThis.process.env"})
_HOLDERS = _ENVIRONMENTS | {"process", "import.meta", "Bun", "globalThis.process"}
_ROOTS = frozenset({"process", "import", "Bun", "Deno", "globalThis"})
_GETTERS = frozenset({"Deno.env.get"})
_SVELTE = re.compile(r"\$env/(?:static|dynamic)/(?:public|private)")
_WRAPPERS = frozenset({"Number", "parseInt", "parseFloat", "String", "Number.parseInt", "Number.parseFloat", "BigInt"})
_KEEPING = frozenset({"trim", "toString", "toLowerCase"})
_TYPES = frozenset({"string", "undefined", "null", "any", "unknown", "|"})
_BUILT_IN = frozenset({"MODE", "DEV", "PROD", "SSR", "BASE_URL", "NODE_ENV", "PUBLIC_URL", "LEGACY"})
_PAGE = re.compile(r"(?:(?:window|globalThis|self|document)\.)*location\.(host|hostname|origin|protocol|port|href)")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NEUTRAL = frozenset({"undefined", "null"})


@dataclass(frozen=True, slots=True)
class EnvRead:
    """A reading of an environment variable, with the default that stands beside it.

    `build` says that a bundler puts the value in (`import.meta.env`). `empty_is_unset`: an empty one takes the default.
    """

    name: str
    default: Template | None
    location: Location
    anchor: Anchor
    build: bool = False
    empty_is_unset: bool = False


class Source:
    """One module with its names looked up."""

    def __init__(self, module: js.Module) -> None:
        """Index the declarations once."""
        self.module = module
        self.bindings: dict[str, list[declared.Binding]] = {}
        for binding in declared.bindings(module):
            self.bindings.setdefault(binding.name, []).append(binding)
        self.imports = {i.alias: i for i in declared.imports(module) if i.alias}
        self._assigned = declared.assigned(module)
        self._functions = declared.parameters(module)
        self._parameters: dict[str, list[declared.Parameters]] = {}
        for function in self._functions:
            for name in function.names:
                self._parameters.setdefault(name, []).append(function)
        self._values: dict[js.Node, Template] = {}

    def lookup(self, name: str, at: int) -> declared.Binding | None:
        """The one declaration that a name at a token means; None for parameters, imports and what is assigned again."""
        here = self.bindings.get(name)
        if here is None:
            return None
        for scope in self.module.scopes(at):
            found = [b for b in here if b.scope == scope]
            if found:
                binding = found[0]
                fixed = len(found) == 1 and (binding.kind == "const" or name not in self._assigned)
                return binding if fixed and not self.is_parameter(name, at, scope) else None
        return None

    def is_parameter(self, name: str, at: int, inside: int = -1) -> bool:
        """Whether a function around the token, within a scope, binds the name."""
        return any(p.first > inside and p.first <= at <= p.last for p in self._parameters.get(name, ()))

    @property
    def functions(self) -> tuple[declared.Parameters, ...]:
        """Every function, method and arrow of the module."""
        return self._functions

    def functions_at(self, at: int) -> Iterator[declared.Parameters]:
        """The functions around a token."""
        return (p for p in self._functions if p.first < at <= p.last)

    def evaluate(self, node: js.Node | None, depth: int = 0) -> Template:
        """What an expression comes to. Numbers are their decimal digits."""
        if node is None or depth > _DEPTH:
            return Template.unknown()
        if isinstance(node, js.Literal):
            return Template.literal(node.text)
        if node not in self._values:
            self._values[node] = Template.unknown()
            found = _RULES.get(type(node), _unread)(self, node, depth + 1)
            self._values[node] = found if len(found.parts) <= _PARTS else Template.unknown()
        return self._values[node]

    def object(self, node: js.Node | None, depth: int = 0) -> js.Object | None:
        """The object that an expression stands for, here or under a name; a helper around it is looked through."""
        if node is None or depth > _DEPTH:
            return None
        if isinstance(node, js.Object):
            return node
        if isinstance(node, js.Name):
            binding = self.lookup(node.name, node.first)
            return self.object(binding.value, depth + 1) if binding is not None and not binding.path else None
        if isinstance(node, js.Call) and js.dotted(node.function) in {"defineConfig", "Object.freeze"}:
            return self.object(js.argument(node, 0), depth + 1)
        if isinstance(node, js.Function):
            return self.object(self.returned(node), depth + 1)
        return None

    def returned(self, node: js.Function) -> js.Node | None:
        """What a function gives back, where it says so once."""
        if node.value is not None or node.body is None:
            return node.value
        module = self.module
        found = [
            at + 1
            for at in range(node.body + 1, node.last)
            if module.value(at) == "return" and module.tokens.holder[at] == node.body
        ]
        return module.expressions.expression(found[0]) if len(found) == 1 else None

    def environment(self, node: js.Node | None) -> bool:
        """Whether an expression is the object of all environment variables."""
        name = js.dotted(node)
        if name in _ENVIRONMENTS:
            return True
        if isinstance(node, js.Name):
            imported = self.imports.get(node.name)
            if imported is not None:
                return imported.name == "env" and (
                    bool(_SVELTE.fullmatch(imported.specifier)) or imported.specifier in {"process", "node:process"}
                )
            binding = self.lookup(node.name, node.first)
            if binding is None or binding.value is None:
                return False
            whole = js.dotted(binding.value)
            return f"{whole}.{'.'.join(binding.path)}" in _ENVIRONMENTS if binding.path else whole in _ENVIRONMENTS
        return False

    def reads(self) -> Iterator[EnvRead]:
        """Every reading of an environment variable in order."""
        roots = _ROOTS | {n for n, i in self.imports.items() if i.name == "env" or _SVELTE.fullmatch(i.specifier)}
        roots |= {n for n, bound in self.bindings.items() if any(js.dotted(b.value) in _HOLDERS for b in bound)}
        for at, token in enumerate(self.module.tokens.all):
            if token.value not in roots or token.kind != "name" or self.module.value(at - 1) in {".", "?."}:
                continue
            node = self._read_at(at)
            if node is not None:
                yield self._read(*node)
        for bound in self.bindings.values():
            for binding in bound:
                if len(binding.path) == 1 and self.environment(binding.value):
                    yield self._taken(binding)

    def _read_at(self, at: int) -> tuple[js.Node, str] | None:
        """The reading that begins at a token, and the variable's name."""
        node: js.Node | None = self.module.expressions.operand(at)
        imported = self.imports.get(self.module.value(at))
        fixed = imported is not None and imported.at != at and _SVELTE.fullmatch(imported.specifier)
        if imported is not None and fixed and imported.name not in {"env", "*"}:
            return js.Name(at, at, imported.name), imported.name
        while isinstance(node, js.Member | js.Call) and node.first == at:
            name = self.variable(node)
            if name is not None:
                return node, name
            node = node.owner if isinstance(node, js.Member) else node.function
        return None

    def variable(self, node: js.Node) -> str | None:
        """The variable that one reading reads; what bundlers define themselves is none."""
        if isinstance(node, js.Member) and self.environment(node.owner):
            built_in = node.name in _BUILT_IN and js.dotted(node.owner) == "import.meta.env"
            return node.name if _VARIABLE.fullmatch(node.name) and not built_in else None
        if isinstance(node, js.Call) and js.dotted(node.function) in _GETTERS:
            text = self.evaluate(js.argument(node, 0)).text
            return None if text is None else text.value
        return None

    def _read(self, node: js.Node, name: str) -> EnvRead:
        default, empty = self._default(node)
        build = isinstance(node, js.Member) and js.dotted(node.owner) == "import.meta.env"
        module = self.module
        return EnvRead(name, default, module.location(node), module.anchor(node), build, empty)

    def _taken(self, binding: declared.Binding) -> EnvRead:
        node = js.Name(binding.at, binding.at, binding.name)
        default = None if binding.default is None else self.evaluate(binding.default)
        return EnvRead(binding.path[0], default, self.module.location(node), self.module.anchor(node))

    def _default(self, node: js.Node) -> tuple[Template | None, bool]:
        """What stands behind a reading with `||` or `??`, wrappers around the reading looked through."""
        last = node.last
        module = self.module
        while True:
            mark = module.value(last + 1)
            if mark in {"||", "??"}:
                return self.evaluate(module.expressions.expression(last + 2, 1)), mark == "||"
            after = self._past(last)
            if after != last:
                last = after
                continue
            holder = module.tokens.holder[last]
            wrapper = module.value(holder - 1) if holder > 0 else ""
            inside = module.value(holder) == "(" and (wrapper in _WRAPPERS or not wrapper.isidentifier())
            if holder < 0 or not inside or mark not in {")", ","}:
                return None, False
            last = module.tokens.partner[holder]

    def _past(self, last: int) -> int:
        """The last token of what keeps a value as it is: `!`, `as string`, `?.trim()`; the same where there is none."""
        value = self.module.value
        mark = value(last + 1)
        if mark == "!":
            return last + 1
        if mark == "as":
            at = last + 1
            while value(at + 1) in _TYPES:
                at += 1
            return at if at > last + 1 else last
        called = [value(last + 3), value(last + 4)] == ["(", ")"]
        return last + 4 if called and mark in {".", "?."} and value(last + 2) in _KEEPING else last


def unknown(*made_of: Template) -> Template:
    """A value nobody can know, with the variables that have a say in it; their defaults have none any more."""
    holes = {h.name: Hole(h.name, location=h.location) for t in made_of for h in t.holes}
    return Template((Opaque(), *holes.values()))


# --- one function for each kind of expression ------------------------------------------------------------------------


def _unread(_source: Source, _node: js.Node, _depth: int) -> Template:
    return Template.unknown()


def _name(source: Source, node: js.Node, depth: int) -> Template:
    assert isinstance(node, js.Name)
    imported = source.imports.get(node.name)
    if imported is not None and not source.is_parameter(node.name, node.first):
        if _SVELTE.fullmatch(imported.specifier) and imported.name not in {"env", "*"}:
            return Template((Hole(imported.name, location=source.module.location(node)),))
        return Template((Symbol(node.name),))
    binding = source.lookup(node.name, node.first)
    if binding is None or (binding.value is None and not binding.path):
        return Template.unknown()
    return _bound(source, binding, depth)


def _bound(source: Source, binding: declared.Binding, depth: int) -> Template:
    if not binding.path:
        return source.evaluate(binding.value, depth)
    if source.environment(binding.value) and len(binding.path) == 1:
        node = js.Name(binding.at, binding.at, binding.name)
        default = None if binding.default is None else source.evaluate(binding.default, depth)
        return Template((Hole(binding.path[0], default, location=source.module.location(node)),))
    value: js.Node | None = binding.value
    for key in binding.path:
        value = value and js.Member(binding.at, binding.at, value, key)
    found = Template.unknown() if value is None else _path(source, value, depth)
    return found if binding.default is None else unknown(found)


def _member(source: Source, node: js.Node, depth: int) -> Template:
    assert isinstance(node, js.Member)
    name = source.variable(node)
    if name is not None:
        return Template((Hole(name, location=source.module.location(node)),))
    spelled = js.dotted(node)
    page = _PAGE.fullmatch(spelled or "")
    if page is not None:
        return Template((Symbol(f"location.{page[1]}"),))
    return _path(source, node, depth)


def _path(source: Source, node: js.Node, depth: int) -> Template:
    """A value inside an object of this module, or a name of another."""
    keys: list[str] = []
    while isinstance(node, js.Member):
        keys.append(node.name)
        node = node.owner
    if isinstance(node, js.Name) and node.name in source.imports:
        if source.is_parameter(node.name, node.first):
            return Template.unknown()
        return Template((Symbol(".".join((node.name, *reversed(keys)))),))
    value: js.Node | None = node
    for key in reversed(keys):
        holder = source.object(value)
        value = holder.get(key) if holder is not None else None
    return source.evaluate(value, depth) if value is not None and keys else Template.unknown()


def _joined(source: Source, node: js.Node, depth: int) -> Template:
    assert isinstance(node, js.Joined)
    parts: list[Text | Hole | Symbol | Opaque] = []
    for part in node.parts:
        parts.extend((part,) if isinstance(part, Text) else source.evaluate(part, depth).parts)
    return Template(tuple(parts))


def _binary(source: Source, node: js.Node, depth: int) -> Template:
    assert isinstance(node, js.Binary)
    left = source.evaluate(node.left, depth)
    right = source.evaluate(node.right, depth)
    if node.operator == "+" and (_is_string(source, node.left) or _is_string(source, node.right)):
        return Template(left.parts + right.parts)
    if node.operator in {"||", "??"}:
        if isinstance(node.right, js.Name) and node.right.name in _NEUTRAL:
            return left
        return either(left, right, empty=node.operator == "||", number=_is_number(node.left))
    return unknown(left, right)


def either(first: Template, other: Template, *, empty: bool, number: bool = False) -> Template:
    """`first || other`, or with `??` where an empty value does not count as none."""
    hole = first.parts[0] if len(first.parts) == 1 else None
    if not isinstance(hole, Hole) or (number and not empty):
        text = first.text
        if text is not None and (text.value or not empty):
            return first
        return other if text is not None else unknown(first, other)
    if hole.default is None:
        return Template((replace(hole, default=other, empty_is_unset=empty),))
    given = hole.default.text
    if given is not None and given.value:
        # `(X ?? "a") || "b"`: an unset X gives "a", an empty one "b", which a hole can't say.
        return first if hole.empty_is_unset else unknown(first, other)
    inner = either(hole.default, other, empty=empty)
    return Template((replace(hole, default=inner, empty_is_unset=hole.empty_is_unset or empty),))


def _is_string(source: Source, node: js.Node) -> bool:
    """Whether an operand of `+` is text for certain, so that `+` joins."""
    for _ in range(_DEPTH):
        if isinstance(node, js.Binary) and node.operator == "+":
            if _is_string(source, node.right):
                return True
            node = node.left
        elif isinstance(node, js.Name) and (bound := source.lookup(node.name, node.first)) is not None and bound.value:
            node = bound.value
        else:
            break
    if isinstance(node, js.Binary) and node.operator in {"||", "??"}:
        return _is_string(source, node.right)
    if isinstance(node, js.Conditional):
        return _is_string(source, node.yes) and _is_string(source, node.no)
    if isinstance(node, js.Member):
        return source.variable(node) is not None or _PAGE.fullmatch(js.dotted(node) or "") is not None
    return isinstance(node, js.Joined) or (isinstance(node, js.Literal) and not node.number)


def _is_number(node: js.Node) -> bool:
    if isinstance(node, js.Unary):
        return node.operator == "+"
    return isinstance(node, js.Call) and js.dotted(node.function) in _WRAPPERS - {"String"}


def _conditional(source: Source, node: js.Node, depth: int) -> Template:
    assert isinstance(node, js.Conditional)
    yes, no = source.evaluate(node.yes, depth), source.evaluate(node.no, depth)
    test = source.module.source(node.test).value
    if isinstance(node.test, js.Member) and test in source.module.source(node.yes).value and len(yes.parts) == 1:
        return either(yes, no, empty=True)
    return unknown(yes, no)


def _call(source: Source, node: js.Node, depth: int) -> Template:
    assert isinstance(node, js.Call)
    name = source.variable(node)
    if name is not None:
        return Template((Hole(name, location=source.module.location(node)),))
    function = js.dotted(node.function)
    if function in _WRAPPERS and node.arguments and not node.new:
        return source.evaluate(node.arguments[0], depth)
    if function == "URL" and node.new and len(node.arguments) == 2:  # noqa: PLR2004 - a path and a base
        return _joined_url(source.evaluate(node.arguments[1], depth), source.evaluate(node.arguments[0], depth))
    if isinstance(node.function, js.Member):
        owner = source.evaluate(node.function.owner, depth)
        if node.function.name in _KEEPING and not node.arguments:
            return owner
        if node.function.name == "replace" and node.arguments:
            return _replaced(source, node, owner)
        return unknown(owner)
    return unknown(*(source.evaluate(a, depth) for a in node.arguments))


def _joined_url(base: Template, path: Template) -> Template:
    """`new URL(path, base)`: a path from the root takes the origin of a base."""
    text = path.text
    first = base.parts[0] if base.parts else None
    if text is None or not text.value.startswith("/"):
        return unknown(base, path)
    if isinstance(first, Symbol) and first.name in {"location.href", "location.origin"}:
        return Template((Symbol("location.origin"), *path.parts))
    return Template((Opaque(), *path.parts))


def _replaced(source: Source, node: js.Call, owner: Template) -> Template:
    r"""`x.replace(/\/$/, "")` of a text without that end is the text itself."""
    pattern = source.module.source(node.arguments[0]).value
    first = owner.parts[0] if len(owner.parts) == 1 else None
    if isinstance(first, Symbol) and pattern.strip("'\"/^") in {"http", "https?", "http:"}:
        return owner
    if pattern in {r"/\/$/", r"/\/+$/"} and owner.parts:
        last = owner.parts[-1]
        if isinstance(last, Text):
            return Template((*owner.parts[:-1], last.slice(0, len(last.value.rstrip("/")))))
        if isinstance(last, Hole):
            return owner
    return unknown(owner)


def _unary(source: Source, node: js.Node, depth: int) -> Template:
    assert isinstance(node, js.Unary)
    inner = source.evaluate(node.operand, depth)
    return inner if node.operator in {"+", "await"} else unknown(inner)


_RULES: dict[type[js.Node], Callable[[Source, js.Node, int], Template]] = {
    js.Name: _name,
    js.Member: _member,
    js.Joined: _joined,
    js.Binary: _binary,
    js.Conditional: _conditional,
    js.Call: _call,
    js.Unary: _unary,
}
