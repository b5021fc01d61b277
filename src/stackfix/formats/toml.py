"""TOML: tables, arrays and values, each with its place.

The standard library judges whether a file is TOML and what it says; this reader, which takes that for granted, finds
where each key and value is written.

May import edits, text and formats.spelling.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from stackfix.edits import Refused
from stackfix.formats.spelling import decoded, within
from stackfix.text import Slicer, Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A string, with its characters decoded, or another value as it is written. `whole` are quotes and all."""

    text: Text
    whole: Text
    is_string: bool

    @property
    def value(self) -> str | int | float | bool:
        """What it means; dates and times as they are written."""
        if self.is_string:
            return self.text.value
        if self.text.value in {"true", "false"}:
            return self.text.value == "true"
        plain = self.text.value.replace("_", "")
        if re.fullmatch(r"[+-]?\d+", plain):
            return int(plain)
        if re.fullmatch(r"0[xob][0-9A-Fa-f]+", plain):
            return int(plain, 0)
        try:
            return float(plain)
        except ValueError:
            return self.text.value


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """Values in order. `whole` are its brackets too; empty for an array of tables, written in several places."""

    items: list[Node] = field(default_factory=list)
    whole: Text = field(default_factory=lambda: Text("", ()))


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A key, as it is written the first time, and its value."""

    key: Text
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Members by decoded key. `whole` is an inline table with its braces; empty where it is spread over lines."""

    members: dict[str, Member] = field(default_factory=dict)
    whole: Text = field(default_factory=lambda: Text("", ()))


Node: TypeAlias = Scalar | Array | Table


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A whole file."""

    text: Text
    root: Table


def read(text: Text) -> Document:
    """Read a file. Unreadable where the standard library finds that it isn't TOML."""
    try:
        tomllib.loads(text.value)
    except tomllib.TOMLDecodeError as problem:
        raise Unreadable(*_problem(text.value, str(problem))) from problem
    return Document(text, _Reader(text).read())


def resolve(document: Document, steps: Sequence[str | int]) -> Node | None:
    """The node that keys and indices lead to."""
    node: Node | None = document.root
    for step in steps:
        if isinstance(node, Table) and isinstance(step, str):
            member = node.members.get(step)
            node = None if member is None else member.value
        elif isinstance(node, Array) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def encode(quoting: str, new: str) -> str:
    """Characters as they are spelled within a quoting of this syntax. Refused where they can't be."""
    spell = _SPELLINGS.get(quoting)
    if spell is None:
        raise Refused(f"{quoting} is no quoting of TOML")
    return spell(new)


_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def _basic(new: str) -> str:
    def spelled(match: re.Match[str]) -> str:
        return _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04X}"

    return re.sub(r'[\x00-\x08\x0a-\x1f\x7f"\\]', spelled, new)


def _literal(new: str) -> str:
    if "'" in new or _CONTROL.search(new):
        raise Refused("a literal string can't hold a quote or a control character")
    return new


def _multi_literal(new: str) -> str:
    if "'" in new or _CONTROL.search(new.replace("\n", "")):
        raise Refused("a literal string can't hold quotes or a control character")
    return new


def _multi_basic(new: str) -> str:
    return "\n".join(_basic(line) for line in new.split("\n"))


def _plain(new: str) -> str:
    try:
        value = tomllib.loads(f"x = {new}")
    except tomllib.TOMLDecodeError as problem:
        raise Refused("it can't stand there without quotes") from problem
    if new != new.strip() or "\n" in new or "#" in new or not isinstance(value["x"], (int, float, bool)):
        raise Refused("it can't stand there without quotes")
    return new


def _key(new: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", new):
        raise Refused("a key without quotes can't hold these characters")
    return new


_SPELLINGS = {
    "toml:basic": _basic,
    "toml:literal": _literal,
    "toml:multi-basic": _multi_basic,
    "toml:multi-literal": _multi_literal,
    "toml:plain": _plain,
    "toml:key": _key,
}

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_VALUE = re.compile(r"\d{4}-\d\d-\d\d [0-9:.]+(?:Z|[+-]\d\d:\d\d)?|[^\s,\]}#]+")
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\r?\n[ \t\r\n]*|.)|\r\n")
_STRING = re.compile(
    r'"""(?P<multi_basic>(?:[^"\\]|\\.|"(?!""))*"{0,2})"""'
    r"|'''(?P<multi_literal>(?:[^']|'(?!''))*'{0,2})'''"
    r'|"(?P<basic>(?:[^"\\]|\\.)*)"'
    r"|'(?P<literal>[^']*)'",
    re.DOTALL,
)
_NAMES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\", "e": "\x1b"}


class _Reader:
    """Goes once through a text that is known to be TOML."""

    def __init__(self, text: Text) -> None:
        self._value = text.value
        self._slicer = Slicer(text)
        self._at = 0
        self._root = Table()

    def read(self) -> Table:
        table = self._root
        while self._skip(_BLANK) < len(self._value):
            if self._value[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._root

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self._value, self._at)
        if match is not None:
            self._at = match.end()
        return self._at

    def _slice(self, start: int, end: int) -> Text:
        return self._slicer.slice(start, end)

    def _header(self) -> Table:
        """`[a.b]` or `[[a.b]]`: the table that the lines below belong to."""
        many = self._value.startswith("[[", self._at)
        self._at += 2 if many else 1
        keys = self._keys()
        self._at = self._value.index("]", self._at) + (2 if many else 1)
        table = self._inner(self._root, keys[:-1])
        last = keys[-1]
        if not many:
            return self._inner(table, [last])
        member = table.members.setdefault(last.value, Member(last, Array()))
        assert isinstance(member.value, Array)
        member.value.items.append(Table())
        found = member.value.items[-1]
        assert isinstance(found, Table)
        return found

    def _inner(self, table: Table, keys: Sequence[Text]) -> Table:
        """The table that keys lead to, made where it is new; of an array of tables the last."""
        for key in keys:
            value = table.members.setdefault(key.value, Member(key, Table())).value
            if isinstance(value, Array):
                value = value.items[-1]
            assert isinstance(value, Table)
            table = value
        return table

    def _keys(self) -> list[Text]:
        """A dotted key; ends after white space."""
        keys = []
        while True:
            self._skip(_SPACE)
            if self._value[self._at] in "\"'":
                keys.append(self._string().text)
            else:
                start = self._at
                keys.append(within(self._slice(start, self._skip(_BARE)), "toml:key"))
            self._skip(_SPACE)
            if not self._value.startswith(".", self._at):
                return keys
            self._at += 1

    def _pair(self, table: Table) -> None:
        keys = self._keys()
        self._at += 1  # the equals sign
        table = self._inner(table, keys[:-1])
        self._skip(_SPACE)
        table.members[keys[-1].value] = Member(keys[-1], self._node())

    def _node(self) -> Node:
        sign = self._value[self._at]
        if sign in "\"'":
            return self._string()
        if sign == "[":
            return self._array()
        if sign == "{":
            return self._inline()
        start = self._at
        whole = self._slice(start, self._skip(_VALUE))
        return Scalar(within(whole, "toml:plain"), whole, is_string=False)

    def _array(self) -> Array:
        start = self._at
        items = []
        self._at += 1
        while self._value[self._skip(_BLANK)] != "]":
            items.append(self._node())
            self._skip(_BLANK)
            if self._value[self._at] == ",":
                self._at += 1
        self._at += 1
        return Array(items, self._slice(start, self._at))

    def _inline(self) -> Table:
        start = self._at
        table = Table()
        self._at += 1
        while self._value[self._skip(_BLANK)] != "}":
            self._pair(table)
            self._skip(_BLANK)
            if self._value[self._at] == ",":
                self._at += 1
        self._at += 1
        return Table(table.members, self._slice(start, self._at))

    def _string(self) -> Scalar:
        match = _STRING.match(self._value, self._at)
        assert match is not None
        assert match.lastgroup is not None
        self._at = match.end()
        start, end = match.span(match.lastgroup)
        quoting = "toml:" + match.lastgroup.replace("_", "-")
        if match.lastgroup.startswith("multi"):
            # A line ending straight after the quotes is not part of it.
            start += 2 if self._value.startswith("\r\n", start) else self._value.startswith("\n", start)
        text = Text.join(self._pieces(start, end, quoting)) if start < end else within(self._slice(start, end), quoting)
        return Scalar(text, self._slice(match.start(), match.end()), is_string=True)

    def _pieces(self, start: int, end: int, quoting: str) -> Iterator[Text]:
        """Runs that spell themselves, and escape sequences."""
        at = start
        escapes = quoting.endswith("basic")
        for match in _ESCAPE.finditer(self._value, start, end):
            if not escapes and match[0] != "\r\n":
                continue
            if at < match.start():
                yield within(self._slice(at, match.start()), quoting)
            at = match.end()
            yield decoded(self._slice(match.start(), at), _unescaped(match[0]), quoting)
        if at < end:
            yield within(self._slice(at, end), quoting)


def _unescaped(escape: str) -> str:
    if escape == "\r\n":
        return "\n"
    if escape[1] in "uU":
        digits = escape[2:]
        return chr(int(digits, base=16))
    return _NAMES.get(escape[1], "")


def _problem(value: str, said: str) -> tuple[str, int | None]:
    """What the standard library said, and where."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", said, re.DOTALL)
    if match is None:
        return f"not TOML: {said}", None
    reason = "not TOML: " + match[1][:1].lower() + match[1][1:]
    if match[2] is None:
        return reason, len(value)
    lines = value.split("\n")
    return reason, sum(len(line) + 1 for line in lines[: int(match[2]) - 1]) + int(match[3]) - 1
