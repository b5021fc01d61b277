"""The builder's variables: words of a Dockerfile as templates, and what ARG and ENV make of them stage by stage.

Sources: Dockerfile reference, "Environment replacement", "ARG", "Automatic platform ARGs in the global scope".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.formats.dockerfile import steps
from stackfix.graph.value import Environment, Hole, Opaque, Origin, Template, Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stackfix.formats.dockerfile import Document, Instruction, Pair, Word
    from stackfix.graph.value import Value
    from stackfix.text import Text

_PLAIN = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_BRACED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?)-([^{}$]*))?\}")


def template(word: Word) -> Template:
    """A word with its variables as holes; forms that nobody should judge are opaque."""
    if word.opaque:
        return Template.unknown()
    if not word.dollars:
        return Template.literal(word.text)
    parts: list[Text | Hole | Opaque] = []
    at = 0
    for dollar in word.dollars:
        if dollar < at:
            return Template.unknown()
        match = _BRACED.match(word.value, dollar) or _PLAIN.match(word.value, dollar)
        if dollar > at:
            parts.append(word.text.slice(at, dollar))
        if match is None:
            return Template.unknown()
        parts.append(_hole(word.text, match))
        at = match.end()
    if at < len(word.value):
        parts.append(word.text.slice(at, len(word.value)))
    return Template(tuple(parts))


def _hole(text: Text, match: re.Match[str]) -> Hole:
    default = text.group(match, 3) if match.re is _BRACED else None
    return Hole(
        match[1],
        default=None if default is None else Template.literal(default),
        empty_is_unset=match.re is _BRACED and match[2] == ":",
        location=located(text.slice(*match.span())),
    )


class Scope:
    """What the builder knows at one instruction of one stage.

    `arguments` are the names declared by ARG, `variables` those of ENV, which win. Not `complete`: the base image may
    set further ones.
    """

    __slots__ = ("arguments", "complete", "variables")

    def __init__(self, *, complete: bool) -> None:
        """Start with nothing declared."""
        self.arguments: dict[str, Variable] = {}
        self.variables: dict[str, Variable] = {}
        self.complete = complete

    def copy(self) -> Scope:
        """A scope that begins with what this one holds now: that of a stage built on another."""
        other = Scope(complete=self.complete)
        other.arguments = dict(self.arguments)
        other.variables = dict(self.variables)
        return other

    def value(self, word: Word) -> Value | None:
        """What a word comes to, or None where that isn't known."""
        return template(word).fill(Environment({**self.arguments, **self.variables}, self.complete))

    def environment(self) -> Environment:
        """What the process is given."""
        return Environment(dict(self.variables), self.complete)


def declare(scope: Scope, document: Document, path: str, instruction: Instruction, given: Given) -> None:
    """Let an ARG or ENV add to a scope. All pairs of one ENV see what was known before it."""
    address = Anchor(path, "dockerfile", steps(document, instruction))
    if instruction.name == "ARG":
        for pair in instruction.pairs:
            found = given.argument(scope, pair, address)
            if found is not None:
                scope.arguments[found.name] = found
        return
    before = scope.copy()
    for pair in instruction.pairs:
        if pair.value is not None:
            variable = _variable(before, pair, address)
            scope.variables[variable.name] = variable


def _variable(scope: Scope, pair: Pair, address: Anchor) -> Variable:
    value = None if pair.value is None else scope.value(pair.value)
    name = pair.name.value
    location = located(pair.raw, "set by the image")
    assert location is not None
    uses = value.uses if value else ()
    return Variable(name, value.text if value else None, location, address.child(name), Origin.IMAGE, uses=uses)


class Given:
    """What a build is given from outside: its arguments, and the ARGs before the first FROM."""

    __slots__ = ("before", "overrides")

    def __init__(self, overrides: Iterable[Variable], document: Document, path: str) -> None:
        """Evaluate the global ARGs, each seeing those before it."""
        self.overrides: Mapping[str, Variable] = {v.name: v for v in overrides}
        self.before: Scope = Scope(complete=True)
        for instruction in document.globals:
            if instruction.name == "ARG":
                declare(self.before, document, path, instruction, self)

    def argument(self, scope: Scope, pair: Pair, address: Anchor) -> Variable | None:
        """What an ARG stands for; None where nothing gives it a value."""
        name = pair.name.value
        if name in self.overrides:
            return self.overrides[name]
        if pair.value is not None:
            return _variable(scope, pair, address)
        if name in self.before.arguments:
            return self.before.arguments[name]
        # Given on the command line or by the platform (TARGETARCH) perhaps: declared, and unknown.
        return _variable(scope, pair, address)
