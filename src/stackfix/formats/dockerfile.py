"""Dockerfile: text → instructions with the place of every word, by the rules of BuildKit's own parser.

Continuations with comments and blank lines between, heredocs, the escape directive, ONBUILD, exec and shell form.
Offsets count characters of the text read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

from stackfix.formats.dockerfile_words import (
    SPACE,
    Cutter,
    Flag,
    Pair,
    Word,
    bounds,
    encode,
    expanded,
    joined,
    json_words,
    kind,
    literal,
    quote_bounds,
    quoted,
)
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "Document",
    "Flag",
    "Form",
    "Heredoc",
    "Instruction",
    "Pair",
    "Stage",
    "Word",
    "encode",
    "joined",
    "read",
    "resolve",
    "steps",
]

_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.+?)[ \t]*\r*$")
_HEREDOC = re.compile(r"(\d*)<<(-?)([^<]*)")
_FLAG_END = re.compile(r"--(?:[\t\v\f\r ]|$)")
_HEREDOC_WORDS = re.compile(r"(?:'[^']*(?:'|$)|\"(?:\\.|[^\"\\])*(?:\"|$)|\\.|[^'\"\\\s])+", re.DOTALL)
_KEYWORD = re.compile(r"([^\t\v\f\r ]+)[\t\v\f\r ]*")
_BLANK = re.compile(f"[{SPACE}]*")


class Form(Enum):
    """How an instruction's arguments are written."""

    WORDS = "words"
    PAIRS = "name=value"
    OLD_PAIR = "name value"
    EXEC = "exec"
    SHELL = "shell"
    NONE = "none"


KEYWORDS = {
    "ADD": Form.WORDS,
    "ARG": Form.PAIRS,
    "CMD": Form.SHELL,
    "COPY": Form.WORDS,
    "ENTRYPOINT": Form.SHELL,
    "ENV": Form.PAIRS,
    "EXPOSE": Form.WORDS,
    "FROM": Form.WORDS,
    "HEALTHCHECK": Form.NONE,
    "LABEL": Form.PAIRS,
    "MAINTAINER": Form.NONE,
    "ONBUILD": Form.NONE,
    "RUN": Form.SHELL,
    "SHELL": Form.SHELL,
    "STOPSIGNAL": Form.WORDS,
    "USER": Form.WORDS,
    "VOLUME": Form.WORDS,
    "WORKDIR": Form.WORDS,
}
_JSON_EXPANDED = frozenset({"ADD", "COPY", "VOLUME"})
_JSON = _JSON_EXPANDED | {"CMD", "ENTRYPOINT", "RUN", "SHELL"}
_WHOLE_LINE = frozenset({"USER", "WORKDIR", "STOPSIGNAL"})
_HEREDOCS = frozenset({"ADD", "COPY", "RUN"})


@dataclass(frozen=True, slots=True, eq=False)
class Heredoc:
    """A body below its instruction. `verbatim` bodies (a quoted name) aren't expanded; `chomp` is `<<-`.

    `body` holds all lines between, with their line endings and leading tabs.
    """

    name: str
    body: Text
    verbatim: bool
    chomp: bool


@dataclass(frozen=True, slots=True, eq=False)
class Instruction:
    """One instruction. `name` is upper-case, `keyword` as written; `start`, `end` are its characters, body included.

    `rest` are the arguments behind the flags, continuations joined: the command of a shell form. `lines` are the parts
    of the logical line, without the terminators and escape characters that joined them. `inner` is ONBUILD's
    instruction or HEALTHCHECK's CMD. `text` is all of it as written.
    """

    name: str
    keyword: Text
    start: int
    end: int
    text: Text
    form: Form
    rest: Text
    flags: tuple[Flag, ...] = ()
    words: tuple[Word, ...] = ()
    pairs: tuple[Pair, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    inner: Instruction | None = None
    lines: tuple[tuple[int, int], ...] = ()

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name (without dashes)."""
        return next((f for f in reversed(self.flags) if f.name == name), None)


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """FROM and what follows up to the next one. `index` counts stages from 0; `name` is the word behind AS."""

    index: int
    image: Word
    name: Word | None
    instructions: tuple[Instruction, ...]

    @property
    def head(self) -> Instruction:
        """Its FROM."""
        return self.instructions[0]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A whole Dockerfile. `globals` stand before the first FROM; `escape` is its escape character."""

    text: Text
    escape: str
    instructions: tuple[Instruction, ...]
    globals: tuple[Instruction, ...]
    stages: tuple[Stage, ...]


def read(text: Text) -> Document:
    """Read a Dockerfile. Unreadable where BuildKit's parser fails, or an instruction is none that it knows."""
    instructions = tuple(_Reader(text).instructions())
    first = next((i for i, x in enumerate(instructions) if x.name == "FROM"), len(instructions))
    stages = tuple(_stages(instructions[first:]))
    return Document(text, _directive_escape(text.value), instructions, instructions[:first], stages)


def _stages(instructions: Sequence[Instruction]) -> Iterator[Stage]:
    heads = [i for i, x in enumerate(instructions) if x.name == "FROM"]
    for index, (start, end) in enumerate(pairwise([*heads, len(instructions)])):
        words = instructions[start].words
        named = len(words) == 3 and words[1].value.lower() == "as"  # noqa: PLR2004 - FROM image AS name
        if not (named or len(words) == 1):
            raise Unreadable("FROM needs an image, or an image AS a name", instructions[start].start)
        yield Stage(index, words[0], words[2] if named else None, tuple(instructions[start:end]))


def _directive_escape(value: str) -> str:
    for line in value.split("\n"):
        match = _DIRECTIVE.match(line.lstrip())
        if match is None:
            return "\\"
        if match[1].lower() == "escape":
            if match[2] not in ("\\", "`"):
                raise Unreadable(f"the escape character can't be {match[2]}", 0)
            return match[2]
    return "\\"


class _Reader:
    """One pass over the physical lines."""

    __slots__ = ("_at", "_continued", "_escape", "_slicer", "_value")

    def __init__(self, text: Text) -> None:
        self._slicer = Cutter(text)
        self._value = text.value
        self._escape = _directive_escape(text.value)
        e = re.escape(self._escape)
        self._continued = re.compile(rf"(?:^|[^{e}])({e})[ \t]*$")
        self._at = 0

    def instructions(self) -> Iterator[Instruction]:
        while self._at < len(self._value):
            start, end = self._line()
            begin = self._skip_blank(start, end)
            if begin == end or self._value[begin] == "#":
                continue
            stop, goes_on = self._trim(begin, end)
            if goes_on and stop == begin:
                # BuildKit passes over a first line that is nothing but the escape character
                if self._at >= len(self._value):
                    return
                continue
            lines, end = self._gather([(begin, stop)], end) if goes_on else ([(begin, stop)], end)
            yield self._instruction(begin, end, lines)

    def _line(self) -> tuple[int, int]:
        """The next physical line without its terminator."""
        start = self._at
        feed = self._value.find("\n", start)
        end = len(self._value) if feed < 0 else feed
        self._at = len(self._value) if feed < 0 else feed + 1
        while end > start and self._value[end - 1] == "\r":
            end -= 1
        return start, end

    def _skip_blank(self, start: int, end: int) -> int:
        match = _BLANK.match(self._value, start, end)
        return start if match is None else match.end()

    def _trim(self, start: int, end: int) -> tuple[int, bool]:
        """Where the line ends without its escape character, and whether it goes on."""
        match = self._continued.search(self._value[start:end])
        return (end, False) if match is None else (start + match.start(1), True)

    def _gather(self, lines: list[tuple[int, int]], end: int) -> tuple[list[tuple[int, int]], int]:
        while self._at < len(self._value):
            start, stop = self._line()
            begin = self._skip_blank(start, stop)
            if begin == stop or self._value[begin] == "#":
                continue
            trimmed, goes_on = self._trim(start, stop)
            lines.append((start, trimmed))
            end = stop
            if not goes_on:
                break
        return lines, end

    def _instruction(self, start: int, end: int, lines: list[tuple[int, int]]) -> Instruction:
        logical = Text.join(self._slicer.slice(*line) for line in lines) if len(lines) > 1 else None
        logical = logical or self._slicer.slice(*lines[0])
        found = _Parser(logical, self._escape, start).parse()
        heredocs: tuple[Heredoc, ...] = ()
        if "<<" in logical.value and _can_hold_heredoc(found):
            heredocs, end = self._heredocs(found, logical.value, end)
        return _placed(replace(found, heredocs=heredocs), self._slicer.slice(start, end), start, tuple(lines))

    def _heredocs(self, instruction: Instruction, line: str, end: int) -> tuple[tuple[Heredoc, ...], int]:
        bodies: list[Heredoc] = []
        for match in _HEREDOC_WORDS.finditer(line):
            opened = _HEREDOC.fullmatch(match.group())
            if opened is None or not opened[3]:
                continue
            name = re.sub(r"\\(.)|['\"]", r"\1", opened[3])
            body, end = self._body(name, chomp=bool(opened[2]), start=instruction.start)
            bodies.append(Heredoc(name, body, name != opened[3], bool(opened[2])))
        return tuple(bodies), end

    def _body(self, name: str, *, chomp: bool, start: int) -> tuple[Text, int]:
        begin = self._at
        while self._at < len(self._value):
            first, stop = self._line()
            line = self._value[first:stop]
            if (line.lstrip("\t") if chomp else line) == name:
                return quoted(self._slicer.slice(begin, first), f"dockerfile:heredoc:{name}"), stop
        raise Unreadable(f"the heredoc {name} doesn't end", start)


def _can_hold_heredoc(instruction: Instruction) -> bool:
    found = instruction
    if found.name == "ONBUILD" and found.inner is not None:
        found = found.inner
    return found.name in _HEREDOCS and found.form is not Form.EXEC


def _placed(found: Instruction, text: Text, start: int, lines: tuple[tuple[int, int], ...]) -> Instruction:
    """The instruction with its place in the file, and its inner one with the same."""
    inner = found.inner and _placed(replace(found.inner, heredocs=found.heredocs), text, start, lines)
    return replace(found, text=text, start=start, end=start + len(text), inner=inner, lines=lines)


class _Parser:
    """One logical line."""

    __slots__ = ("_end", "_escape", "_offset", "_slicer", "_value")

    def __init__(self, logical: Text, escape: str, offset: int) -> None:
        self._slicer = Cutter(logical)
        self._value = logical.value
        self._end = len(logical.value.rstrip())
        self._escape = escape
        self._offset = offset

    def parse(self, at: int = 0) -> Instruction:
        match = _KEYWORD.match(self._value, at, self._end)
        if match is None:
            raise Unreadable("an instruction is missing", self._offset)
        name = match[1].upper()
        if name not in KEYWORDS:
            raise Unreadable(f"{match[1]} is no instruction", self._offset)
        flags, start = self._flags(match.end())
        start = min(self._skip(start), self._end)
        keyword = self._slicer.slice(*match.span(1))
        if name in {"ONBUILD", "HEALTHCHECK"}:
            return self._compound(name, keyword, flags, start)
        form, words, pairs = self._arguments(name, start)
        return replace(self._bare(name, keyword, start, flags), form=form, words=words, pairs=pairs)

    def _bare(self, name: str, keyword: Text, start: int, flags: tuple[Flag, ...]) -> Instruction:
        """The instruction without its arguments; its place is set once its heredocs are read."""
        rest = quoted(self._slicer.slice(start, self._end), kind("shell", self._escape))
        return Instruction(name, keyword, self._offset, self._offset, rest, Form.NONE, rest, flags)

    def _compound(self, name: str, keyword: Text, flags: tuple[Flag, ...], start: int) -> Instruction:
        if name == "HEALTHCHECK" and self._value[start : self._end].upper().split()[:1] == ["NONE"]:
            word = literal(self._slicer, start, self._end, kind("bare", self._escape))
            return replace(self._bare(name, keyword, start, flags), words=(word,))
        if start == self._end:
            raise Unreadable(f"{name} without arguments", self._offset)
        inner = self.parse(start)
        if name == "HEALTHCHECK" and inner.name != "CMD":
            raise Unreadable("HEALTHCHECK takes CMD or NONE", self._offset)
        return replace(self._bare(name, keyword, start, flags), inner=inner)

    def _skip(self, at: int) -> int:
        match = _BLANK.match(self._value, at, self._end)
        return at if match is None else match.end()

    def _flags(self, at: int) -> tuple[tuple[Flag, ...], int]:
        found: list[Flag] = []
        while True:
            at = self._skip(at)
            if not self._value.startswith("--", at, self._end):
                return tuple(found), at
            if _FLAG_END.match(self._value, at, self._end):
                return tuple(found), at + 2
            start, end = next(quote_bounds(self._value, at, self._end, self._escape))
            found.append(self._flag(start, end))
            at = end

    def _flag(self, start: int, end: int) -> Flag:
        raw = self._slicer.slice(start, end)
        name, equals, _ = raw.value[2:].partition("=")
        quoting = kind("bare", self._escape)
        value = literal(self._slicer, start + len(name) + 3, end, quoting) if equals else None
        return Flag(name, value, raw)

    def _arguments(self, name: str, start: int) -> tuple[Form, tuple[Word, ...], tuple[Pair, ...]]:
        form = KEYWORDS[name]
        if start == self._end:
            return Form.NONE, (), ()
        if name in _JSON:
            words = json_words(self._slicer, start, self._end, self._escape, expand=name in _JSON_EXPANDED)
            if words is not None:
                return Form.EXEC, words, ()
            self._refuse_other_json(start)
        if form is Form.PAIRS:
            pairs, form = self._pairs(name, start)
            return form, (), pairs
        if form is not Form.WORDS:
            return form, (), ()
        if name in _WHOLE_LINE:
            return form, (expanded(self._slicer, start, self._end, self._escape, "rest"),), ()
        return form, tuple(self._words(name, start)), ()

    def _refuse_other_json(self, start: int) -> None:
        """BuildKit stops at an array of anything but strings, and takes what is no array for a shell form."""
        if not self._value.startswith("[", start):
            return
        try:
            json.loads(self._value[start : self._end])
        except ValueError:
            return
        raise Unreadable("an exec form may hold strings only", self._offset)

    def _words(self, name: str, start: int) -> Iterator[Word]:
        for index, (first, last) in enumerate(bounds(self._value, start, self._end)):
            if name == "FROM" and index:
                yield literal(self._slicer, first, last, kind("bare", self._escape))
            else:
                yield expanded(self._slicer, first, last, self._escape, "path")

    def _pairs(self, name: str, start: int) -> tuple[tuple[Pair, ...], Form]:
        found = list(quote_bounds(self._value, start, self._end, self._escape))
        if name != "ARG" and (not found or "=" not in self._value[slice(*found[0])]):
            return (self._old_pair(name, start),), Form.OLD_PAIR
        return tuple(self._pair(name, first, last) for first, last in found), Form.PAIRS

    def _pair(self, name: str, first: int, last: int) -> Pair:
        equals = self._value.find("=", first, last)
        raw = self._slicer.slice(first, last)
        quoting = "word"
        if equals < 0:
            if name != "ARG":
                raise Unreadable(f"{name} takes name=value", self._offset)
            return Pair(expanded(self._slicer, first, last, self._escape, quoting), None, raw)
        key = expanded(self._slicer, first, equals, self._escape, quoting)
        return Pair(key, expanded(self._slicer, equals + 1, last, self._escape, quoting), raw)

    def _old_pair(self, name: str, start: int) -> Pair:
        first, last = next(bounds(self._value, start, self._end))
        begin = self._skip(last)
        if begin >= self._end:
            raise Unreadable(f"{name} takes name=value", self._offset)
        key = expanded(self._slicer, first, last, self._escape, "path")
        value = expanded(self._slicer, begin, self._end, self._escape, "rest")
        return Pair(key, value, self._slicer.slice(start, self._end))


def steps(document: Document, instruction: Instruction) -> tuple[str | int, ...]:
    """The address of an instruction: its stage (-1 before the first FROM), its name, which of that name from 0."""
    for index, group in [(-1, document.globals), *((s.index, s.instructions) for s in document.stages)]:
        same = [x for x in group if x.name == instruction.name]
        for count, candidate in enumerate(same):
            if candidate is instruction or candidate.inner is instruction:
                return (index, instruction.name, count)
    for stage in document.stages:
        for candidate in stage.instructions:
            if candidate.inner is instruction:
                return (*steps(document, candidate), "inner")
    msg = "the instruction is none of the document's"
    raise ValueError(msg)


def resolve(document: Document, path: tuple[str | int, ...]) -> Document | Stage | Instruction | Word | Pair | None:
    """The node at (), (stage,), (stage, NAME, n), then optionally "inner", then a word's number or a pair's name."""
    if not path:
        return document
    stage, *more = path
    if not isinstance(stage, int) or not -1 <= stage < len(document.stages):
        return None
    if not more:
        return document.stages[stage] if stage >= 0 else None
    group = document.globals if stage < 0 else document.stages[stage].instructions
    name, *tail = more
    same = [x for x in group if x.name == name]
    if not tail or not isinstance(tail[0], int) or not 0 <= tail[0] < len(same):
        return None
    return _below(same[tail[0]], tail[1:])


def _below(node: Instruction, path: list[str | int]) -> Instruction | Word | Pair | None:
    if not path:
        return node
    step, *more = path
    if step == "inner":
        return None if node.inner is None else _below(node.inner, more)
    if more:
        return None
    if isinstance(step, int):
        return node.words[step] if 0 <= step < len(node.words) else None
    return next((p for p in reversed(node.pairs) if p.name.value == step), None)
