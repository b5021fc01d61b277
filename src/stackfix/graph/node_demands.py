"""What one Node file can't do without as it runs: variables whose absence certainly throws or ends the process.

No statement is parsed: a check counts where nothing around it, and no return before it, may keep it from running.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.formats import javascript_bindings as declared
from stackfix.graph import javascript_flow as flow
from stackfix.graph import node_schemas
from stackfix.graph.javascript_values import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Location
    from stackfix.text import Text

TELLING = re.compile(
    r"process\.env|['\"]env-var['\"]|\benv\b|[Ee]nv\w*\(|[Rr]equire\w*\(\s*['\"][A-Z]|import|require\("
)
_WRITES = re.compile(r"process\.env(?:\.(\w+)|\[\s*['\"](\w+)['\"]\s*\])\s*(?:\|\||\?\?)?=(?!=)|delete\s+process\.env")
_UNSEEN = re.compile(
    r"process\.env\[[^\]'\"]+\]\s*(?:\|\||\?\?)?=(?!=)|Object\.assign\(\s*process\.env|process\.env\s*=(?!=)|loadEnvFile"
)
_ELSEWHERE = re.compile(r"\bconfig\(\s*[^)\s]|\bpopulate\(|\bparse\(\s*(?:fs|readFile)")
"""How dotenv is told of another file than the usual one."""
_LOADERS = re.compile(
    r"dotenv[-_]|@dotenvx/|@next/env|env-cmd|node-env-|custom-env|@nestjs/config|@infisical/|@google-cloud/secret|c12$"
    r"|@aws-sdk/client-(?:secrets|ssm)|node-vault|@adonisjs/|@dopplerhq/|@azure/keyvault|@fastify/env|env-schema|aws-sdk"
)
_COUNTED = re.compile(r"(\w+)\.length(?:\s*(?:>|!==?)\s*0|\s*>=\s*1)?")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_ABSENT = frozenset({"undefined", "null"})
_TYPED = frozenset({":", "<", "|", "&", "typeof", ".", "?.", "as", "implements"})


@dataclass(frozen=True, slots=True)
class Demand:
    """A variable that a program certainly ends without, with where it is read."""

    name: str
    location: Location


@dataclass(frozen=True, slots=True)
class Called:
    """A call that certainly happens: the function as spelled, and the text that it is given first."""

    function: str
    given: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class Block:
    """What certainly happens as a function runs. `asks`: it ends without the variable that its caller names."""

    demands: tuple[Demand, ...]
    calls: tuple[Called, ...]
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Demands:
    """One file: its blocks by function ("": as it is imported) and what it certainly imports.

    `unseen`: something gives variables that nobody can see. `writes` are those that the code gives itself.
    """

    blocks: Mapping[str, Block] = field(default_factory=dict)
    loads: tuple[str, ...] = ()
    writes: frozenset[str] = frozenset()
    unseen: bool = False


def facts(text: Text) -> Demands:
    """What one file demands."""
    if not TELLING.search(text.value):
        return Demands()
    source = Source(js.read(text))
    imported = declared.imports(source.module)
    names = {n for m in _WRITES.finditer(text.value) for n in m.groups() if n}
    unseen = _UNSEEN.search(text.value) is not None or any(_LOADERS.match(i.specifier) for i in imported)
    if any(i.specifier.startswith("dotenv") for i in imported):
        unseen = unseen or _ELSEWHERE.search(text.value) is not None
    reader = _Reader(source)
    blocks = {"": reader.block(-1, None)}
    for name, body, first in _functions(source):
        blocks[name] = reader.block(body, first)
    loads = tuple(dict.fromkeys(i.specifier for i in imported if _certainly(source, i)))
    return Demands(blocks, loads, frozenset(names), unseen)


def _functions(source: Source) -> Iterator[tuple[str, int, str | None]]:
    """The functions of the module's level: name, body and first parameter."""
    for name, bound in source.bindings.items():
        top = [b for b in bound if b.scope == -1]
        if len(top) != 1:
            continue
        node: js.Node | None = top[0].value
        if top[0].kind == "function":
            start = top[0].at - 1 - (source.module.value(top[0].at - 1) == "*")
            node = source.module.expressions.operand(start)
        if isinstance(node, js.Function) and node.body is not None:
            yield name, node.body, node.parameters[0] if node.parameters else None


def _certainly(source: Source, one: declared.Imported) -> bool:
    """Whether a module is loaded as this one is: not within a function, and not for its types alone."""
    module = source.module
    holder = module.tokens.holder[one.at]
    outer = module.tokens.holder[holder] if holder >= 0 else -1
    pattern = module.value(holder - 1) in {"import", ",", "const", "let", "var"} if holder >= 0 else True
    if not one.alias:
        word, after = module.value(one.at), module.value(one.at + 1)
        return flow.certain(module, one.at, -1) and not (word == "import" and after == "(")
    if outer != -1 or not pattern:
        return False
    return any(
        t.kind == "name" and t.value == one.alias and at != one.at and module.value(at - 1) not in _TYPED
        for at, t in enumerate(module.tokens.all)
    )


class _Reader:
    """Reads the blocks of one module."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.module = source.module
        self.calls = source.module.calls()

    def block(self, scope: int, parameter: str | None) -> Block:
        """What certainly happens in a function's body, or in the module."""
        inside = range(scope + 1, self.module.tokens.partner[scope] if scope >= 0 else len(self.module.tokens.all))
        demands: list[Demand] = []
        asks = False
        for at in inside:
            word = self.module.value(at)
            if word not in {"if", "for"} or self.module.tokens.holder[at] != scope or self.module.value(at + 1) != "(":
                continue
            if not flow.certain(self.module, at, scope):
                continue
            demands += self._checked(at) if word == "if" else self._looped(at)
            asks = asks or (word == "if" and parameter is not None and self._asked(at, parameter))
        calls = [c for c in self.calls if c.first in inside and flow.certain(self.module, c.first, scope)]
        for call in calls:
            demands += self._each(call)
            demands += (Demand(n, self.module.location(p)) for n, p in node_schemas.required(self.source, call, scope))
        return Block(tuple(demands), tuple(self._called(calls)), asks)

    def _called(self, calls: list[js.Call]) -> Iterator[Called]:
        for call in calls:
            name = js.dotted(call.function)
            if name is None or call.new or flow.caught(self.module, call):
                continue
            given = js.argument(call, 0)
            text = given.text.value if isinstance(given, js.Literal) and not given.number else None
            place = self.module.location(given if given is not None else call)
            yield Called(name, text if text is not None and len(call.arguments) == 1 else None, place)

    def _condition(self, at: int) -> tuple[js.Node, int] | None:
        """An `if`'s condition and the token behind it, where what follows ends the process."""
        close = self.module.tokens.partner[at + 1]
        node = self.module.expressions.expression(at + 2)
        whole = node.last + 1 == close
        return (node, close) if whole and flow.fatal(self.module, close + 1) else None

    def _checked(self, at: int) -> Iterator[Demand]:
        found = self._condition(at)
        if found is None:
            return
        for node in _absent(found[0]):
            value = self.source.evaluate(node)
            if len(value.parts) == 1 and len(value.holes) == 1 and value.holes[0].default is None:
                yield Demand(value.holes[0].name, value.holes[0].location or self.module.location(node))
        counted = _COUNTED.fullmatch(self.module.source(found[0]).value)
        binding = self.source.lookup(counted[1], found[0].first) if counted is not None else None
        if binding is not None and not binding.path and isinstance(binding.value, js.Call):
            yield from self._filtered(binding.value)

    def _filtered(self, call: js.Call) -> Iterator[Demand]:
        """`names.filter((name) => !process.env[name])`."""
        test = js.argument(call, 0)
        if not isinstance(call.function, js.Member) or call.function.name != "filter":
            return
        if not isinstance(test, js.Function) or test.value is None or len(test.parameters) != 1:
            return
        if _lacks(self.module.source(test.value).value, test.parameters[0]):
            yield from self._listed(call.function.owner)

    def _looped(self, at: int) -> Iterator[Demand]:
        """`for (const name of names) if (!process.env[name]) throw …`."""
        value, close = self.module.value, self.module.tokens.partner[at + 1]
        if value(at + 2) not in {"const", "let"} or value(at + 4) != "of":
            return
        listed = self.module.expressions.expression(at + 5)
        if listed.last + 1 == close and self._ends(close + 1, value(at + 3)):
            yield from self._listed(listed)

    def _each(self, call: js.Call) -> Iterator[Demand]:
        """`names.forEach((name) => { if (!process.env[name]) throw … })`."""
        step = js.argument(call, 0)
        if not isinstance(call.function, js.Member) or call.function.name != "forEach":
            return
        if not isinstance(step, js.Function) or step.body is None or len(step.parameters) != 1:
            return
        if self._ends(step.body, step.parameters[0]):
            yield from self._listed(call.function.owner)

    def _ends(self, body: int, name: str) -> bool:
        """Whether a loop's body ends the process where the variable of that name is absent."""
        if self.module.value(body) == "if":
            return self._asked(body, name)
        inside = range(body + 1, self.module.tokens.partner[body]) if self.module.value(body) == "{" else ()
        return any(
            self.module.value(at) == "if" and flow.certain(self.module, at, body) and self._asked(at, name)
            for at in inside
        )

    def _asked(self, at: int, name: str) -> bool:
        """Whether an `if` ends the process where `process.env[name]` is absent, read here or the line before."""
        found = self._condition(at)
        if found is None:
            return False
        if _lacks(self.module.source(found[0]).value, name):
            return True
        for node in _absent(found[0]):
            binding = self.source.lookup(node.name, node.first) if isinstance(node, js.Name) else None
            if binding is not None and not binding.path and self._taken(binding, name):
                return True
        return False

    def _taken(self, binding: declared.Binding, name: str) -> bool:
        """Whether a name is bound to `process.env[name]` and to nothing else."""
        value = binding.value
        return value is not None and re.fullmatch(_read(name), self.module.source(value).value) is not None

    def _listed(self, node: js.Node) -> Iterator[Demand]:
        binding = self.source.lookup(node.name, node.first) if isinstance(node, js.Name) else None
        listed = binding.value if binding is not None and not binding.path else node
        for item in listed.items if isinstance(listed, js.Array) else ():
            if isinstance(item, js.Literal) and _VARIABLE.fullmatch(item.text.value):
                yield Demand(item.text.value, self.module.location(item))


def _absent(node: js.Node) -> Iterator[js.Node]:
    """What a condition finds absent, each alone enough for it to hold."""
    if isinstance(node, js.Unary) and node.operator == "!":
        yield from _all(node.operand)
    elif isinstance(node, js.Binary) and node.operator == "||":
        yield from _absent(node.left)
        yield from _absent(node.right)
    elif isinstance(node, js.Binary) and node.operator in {"==", "==="}:
        right = node.right
        if js.dotted(right) in _ABSENT or (isinstance(right, js.Literal) and not right.text.value):
            yield node.left


def _all(node: js.Node) -> Iterator[js.Node]:
    """The parts that must all hold: `a && b`."""
    if isinstance(node, js.Binary) and node.operator == "&&":
        yield from _all(node.left)
        yield from _all(node.right)
    elif not isinstance(node, js.Unary):
        yield node


def _read(name: str) -> str:
    return rf"process\.env\[\s*{re.escape(name)}(?:\s+as\s+\w+)?\s*\](?:\?\.trim\(\))?"


def _lacks(condition: str, name: str) -> bool:
    """Whether a condition holds wherever `process.env[name]` is absent."""
    read = _read(name)
    return re.match(rf"(?:!\s*{read}|{read}\s*===?\s*(?:undefined|null|''|\"\"))\s*(?:\|\||$)", condition) is not None
