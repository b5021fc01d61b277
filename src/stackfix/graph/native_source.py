"""Source of Rust as far as the address goes that a program binds: arguments, strings, who is given what.

No grammar: brackets and quotes are matched, and whatever is written otherwise than usual is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|//[^\n]*|/\*.*?\*/', re.DOTALL)
_OPENS = {"(": ")", "[": "]", "{": "}"}
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the source that binds an address: host:port as a template, None where nobody can tell.

    `starts`: it stands in `main` itself.
    """

    address: Template | None
    location: Location
    starts: bool


def uncommented(source: str) -> str:
    """The source with comments blanked out, every character in its place."""
    return _TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]) if m[0][0] == "/" else m[0], source)


def closing(source: str, opened: int) -> int | None:
    """Where the bracket closes that opens at an offset."""
    for at, mark in _marks(source, opened + 1):
        if mark == _OPENS[source[opened]]:
            return at
    return None


def _marks(source: str, start: int) -> Iterator[tuple[int, str]]:
    """What stands outside of strings and inner brackets, from an offset on; a bracket that closes is one."""
    depth, at = 0, start
    while at < len(source):
        string = _TOKEN.match(source, at)
        if string is not None:
            at = string.end()
            continue
        mark = source[at]
        if mark in _OPENS:
            depth += 1
        elif mark in ")]}":
            if depth == 0:
                yield at, mark
                return
            depth -= 1
        elif depth == 0:
            yield at, mark
        at += 1


def within_main(source: str, declared: str, at: int) -> bool:
    """Whether an offset lies in the body of `main`, whose declaration a pattern finds."""
    main = re.search(declared, source)
    opened = source.find("{", main.end()) if main is not None else -1
    end = closing(source, opened) if opened >= 0 else None
    return end is not None and opened < at < end


def parts(source: str, start: int, end: int, mark: str) -> list[tuple[int, int]]:
    """The pieces of a range between a mark that stands outside of strings and brackets."""
    cuts = [at for at, found in _marks(source[:end], start) if found == mark]
    edges = [start - 1, *cuts, end]
    found = [(edges[i] + 1, edges[i + 1]) for i in range(len(edges) - 1)]
    return [_stripped(source, *piece) for piece in found if source[piece[0] : piece[1]].strip()]


def _stripped(source: str, start: int, end: int) -> tuple[int, int]:
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    return start, end


def literal(text: Text, source: str, start: int, end: int) -> Template | None:
    """A string without escapes or a number, as a template."""
    said = source[start:end]
    if re.fullmatch(r'"[^"\\]*"|`[^`]*`', said):
        return Template.literal(text.slice(start + 1, end - 1))
    number = re.fullmatch(r"(\d+)(?:u16|u32|i32|usize)?", said)
    return None if number is None else Template.literal(text.slice(start, start + len(number[1])))


def formatted(pattern: Template, holes: re.Pattern[str], given: list[Template | None]) -> Template | None:
    """A format with its arguments put in, in order; None where they don't fit."""
    text = pattern.text
    if text is None:
        return None
    found: list[Text | Hole | Symbol | Opaque] = []
    at = 0
    for index, match in enumerate(holes.finditer(text.value)):
        value = given[index] if index < len(given) else None
        if value is None:
            return None
        found += [text.slice(at, match.start()), *value.parts]
        at = match.end()
    found.append(text.slice(at, len(text)))
    kept = tuple(part for part in found if not isinstance(part, Text) or part.value)
    return Template(kept)
