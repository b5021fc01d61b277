"""Compose's own variables in values: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `$$`.

Source: the Compose specification, "Interpolation".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph.value import Hole, Opaque, Template

if TYPE_CHECKING:
    from stackfix.text import Text

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")


def template(text: Text) -> Template:
    """A value with its variables as holes; `$$` is one dollar. What the specification doesn't know is opaque."""
    parts: list[Text | Hole | Opaque] = []
    at = start = 0
    value = text.value
    while at < len(value):
        if value[at] != "$":
            at += 1
            continue
        if start < at:
            parts.append(text.slice(start, at))
        part, at = _dollar(text, at)
        parts.append(part)
        start = at
    if start < len(value) or not parts:
        parts.append(text.slice(start, len(value)))
    return Template(tuple(parts))


def _dollar(text: Text, at: int) -> tuple[Text | Hole | Opaque, int]:
    """What begins with the dollar at a character, and where it ends."""
    value = text.value
    if value.startswith("$$", at):
        return text.slice(at, at + 1), at + 2
    if match := _NAME.match(value, at + 1):
        return Hole(match.group(), location=located(text.slice(at, match.end()))), match.end()
    if not value.startswith("${", at):
        return Opaque(), len(value)
    end = _closing(value, at + 2)
    name = _NAME.match(value, at + 2)
    if end is None or name is None:
        return Opaque(), len(value)
    return _braced(text.slice(at, end + 1), name.group()), end + 1


def _closing(value: str, at: int) -> int | None:
    depth = 1
    while at < len(value):
        if value.startswith("${", at):
            depth += 1
            at += 1
        elif value[at] == "}":
            depth -= 1
            if not depth:
                return at
        at += 1
    return None


def _braced(text: Text, name: str) -> Hole | Opaque:
    rest = 2 + len(name)
    place = located(text)
    if rest == len(text) - 1:
        return Hole(name, location=place)
    operator = _OPERATOR.match(text.value, rest)
    if operator is None or operator.group().endswith("+"):
        return Opaque()
    empty = operator.group().startswith(":")
    if operator.group().endswith("?"):
        return Hole(name, empty_is_unset=empty, required=True, location=place)
    return Hole(name, template(text.slice(operator.end(), len(text) - 1)), empty_is_unset=empty, location=place)
