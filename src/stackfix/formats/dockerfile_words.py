"""The arguments of a Dockerfile's instructions: how BuildKit cuts, unquotes and spells them.

A word keeps `$NAME` as written: `dollars` says which of its `$` the builder would expand. Quoting names, by what may
stand there ("dockerfile:KIND", with ":tick" behind it where the file's escape character is a backtick):
word (ENV A=b), path (COPY, EXPOSE, FROM: no white space at all), rest (WORKDIR: to the end of the line), single and
double (inside quotes), json (a string of the exec form), value (what the builder expands in such a string), shell (a
shell form), heredoc:NAME (a body), bare (flags and stage names).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.formats.spelling import decoded
from stackfix.spans import Span
from stackfix.text import Piece, Slicer, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_JSON_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_JSON_ESCAPE = re.compile(r"(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.)")
_JSON_GAP = re.compile(r"[ \t\r\n]*")
_NO_SPACE = re.compile(r"[^\t\v\f\r ]+")
_BARE = re.compile(r"[A-Za-z0-9_./:@+=,-]+")


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One argument. `text` is decoded, `raw` as spelled with its quotes.

    `dollars` are the offsets in `text` of each `$` that the builder expands; none in what it hands on as it is.
    `opaque` words hold quotes or escapes inside a `${…}`, which nobody should judge.
    """

    text: Text
    raw: Text
    dollars: tuple[int, ...] = ()
    opaque: bool = False

    @property
    def value(self) -> str:
        """The decoded characters, variables unexpanded."""
        return self.text.value


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """`name=value` of ENV, LABEL or ARG, or ENV's older `name value`. `value` is None for an ARG without one.

    `raw` is the whole pair as spelled.
    """

    name: Word
    value: Word | None
    raw: Text


@dataclass(frozen=True, slots=True, eq=False)
class Flag:
    """`--name=value` before the arguments; `value` is None for a bare `--name`."""

    name: str
    value: Word | None
    raw: Text


def kind(name: str, escape: str) -> str:
    """The quoting name of a kind of place under a file's escape character."""
    return f"dockerfile:{name}" + (":tick" if escape == "`" else "")


def quoted(text: Text, quoting: str) -> Text:
    """The same characters, said to stand inside a further quoting."""
    return Text(text.value, tuple(_inside(p, quoting) for p in text.pieces))


def _inside(piece: Piece, quoting: str) -> Piece:
    return Piece(piece.length, piece.path, piece.span, (*piece.quoting, quoting), piece.exact, piece.cut)


class Cutter:
    """Cuts slices out of one text, most of them out of one plain piece: a file has thousands."""

    __slots__ = ("_pieces", "_slow", "_starts", "text")

    def __init__(self, text: Text) -> None:
        """Index the pieces once."""
        self.text = text
        self._pieces = text.pieces
        self._slow = Slicer(text) if len(text.pieces) > 1 else None
        self._starts: list[int] = []
        at = 0
        for piece in text.pieces:
            self._starts.append(at)
            at += piece.length

    def slice(self, start: int, end: int) -> Text:
        """The same as `text.slice(start, end)`."""
        index = bisect_right(self._starts, start) - 1 if self._slow else 0
        if 0 <= index < len(self._pieces) and start < end:
            piece = self._pieces[index]
            first, last = start - self._starts[index], end - self._starts[index]
            begin = piece.span.start
            if last <= piece.length and piece.exact and piece.length == piece.span.end - begin:
                span = Span(begin + first, begin + last)
                return Text(self.text.value[start:end], (Piece(last - first, piece.path, span, piece.quoting),))
        return self._slow.slice(start, end) if self._slow else self.text.slice(start, end)


class Decoder:
    """Takes quotes and escapes off one word, as the builder does when it expands it."""

    __slots__ = ("_at", "_depth", "_escape", "_parts", "_plain", "_slicer", "_spans", "dollars", "opaque")

    def __init__(self, slicer: Cutter, escape: str, plain: str) -> None:
        """`plain` is the kind of the place for unquoted characters."""
        self._slicer = slicer
        self._escape = escape
        self._plain = kind(plain, escape)
        self._parts: list[Text] = []
        self._at = 0
        self._depth = 0
        self.dollars: list[int] = []
        self.opaque = False

    def decode(self, start: int, end: int) -> Text:
        """Characters `start` to `end` of the line, unquoted."""
        value = self._slicer.text.value
        if not any(c in "'\"$" or c == self._escape for c in value[start:end]):
            return quoted(self._slicer.slice(start, end), self._plain)
        while start < end:
            start = self._step(value, start, end)
        if not self._parts:
            return quoted(self._slicer.slice(end, end), self._plain)
        return Text.join(self._parts)

    def _step(self, value: str, start: int, end: int) -> int:
        char = value[start]
        if char == "'":
            stop = value.find("'", start + 1, end)
            stop = end if stop < 0 else stop
            self._take(start + 1, stop, kind("single", self._escape), nested=True)
            return stop + 1
        if char == '"':
            return self._double(value, start + 1, end)
        if char == self._escape:
            if start + 1 < end:
                self._take_escaped(start, start + 2, value[start + 1], self._plain)
            return start + 2
        if char == "$":
            self._dollar(value, start, self._plain)
            return start + 1
        if char == "}" and self._depth:
            self._depth -= 1
            self._take(start, start + 1, self._plain)
            return start + 1
        stop = start + 1
        while stop < end and value[stop] not in "'\"$}" and value[stop] != self._escape:
            stop += 1
        self._take(start, stop, self._plain)
        return stop

    def _double(self, value: str, start: int, end: int) -> int:
        name = kind("double", self._escape)
        if start < end and value[start] == '"':
            self._take(start, start, name, nested=True)
        while start < end and value[start] != '"':
            char = value[start]
            if char == self._escape and start + 1 < end and value[start + 1] in ('"', "$", self._escape):
                self._take_escaped(start, start + 2, value[start + 1], name)
                start += 2
                continue
            if char == "$":
                self._dollar(value, start, name)
            else:
                self._depth -= char == "}" and self._depth > 0
                self._take(start, start + 1, name)
            start += 1
        return start + 1

    def _dollar(self, value: str, start: int, name: str) -> None:
        self.dollars.append(self._at)
        self._depth += value.startswith("${", start)
        self._take(start, start + 1, name)

    def _take(self, start: int, end: int, name: str, *, nested: bool = False) -> None:
        self._parts.append(quoted(self._slicer.slice(start, end), name))
        self._at += end - start
        self.opaque |= nested and self._depth > 0

    def _take_escaped(self, start: int, end: int, char: str, name: str) -> None:
        self._parts.append(decoded(self._slicer.slice(start, end), char, name))
        self._at += 1
        self.opaque |= self._depth > 0


def expanded(slicer: Cutter, start: int, end: int, escape: str, plain: str) -> Word:
    """A word that the builder unquotes and expands."""
    decoder = Decoder(slicer, escape, plain)
    text = decoder.decode(start, end)
    return Word(merged(text), slicer.slice(start, end), tuple(decoder.dollars), decoder.opaque)


def literal(slicer: Cutter, start: int, end: int, quoting: str) -> Word:
    """A word that is taken as it is spelled."""
    raw = slicer.slice(start, end)
    return Word(quoted(raw, quoting), raw)


def merged(text: Text) -> Text:
    """The same text with neighbouring exact pieces of one run as one piece."""
    found: list[Piece] = []
    for piece in text.pieces:
        last = found[-1] if found else None
        if last is not None and last.exact and piece.exact and _runs_on(last, piece):
            span = Span(last.span.start, piece.span.end)
            found[-1] = Piece(last.length + piece.length, last.path, span, last.quoting)
        else:
            found.append(piece)
    return Text(text.value, tuple(found))


def _runs_on(last: Piece, piece: Piece) -> bool:
    ascii_both = len(last.span) == last.length and len(piece.span) == piece.length
    same = last.path == piece.path and last.quoting == piece.quoting
    return ascii_both and same and last.span.end == piece.span.start


def bounds(value: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The words between white space, without regard to quotes (COPY, EXPOSE, FROM)."""
    for match in _NO_SPACE.finditer(value, start, end):
        yield match.span()


def quote_bounds(value: str, start: int, end: int, escape: str) -> Iterator[tuple[int, int]]:
    """The words between white space outside quotes and escapes (ENV, LABEL, ARG)."""
    pattern = _quote_words(escape)
    for match in pattern.finditer(value, start, end):
        yield match.span()


def _quote_words(escape: str) -> re.Pattern[str]:
    e = re.escape(escape)
    double = rf'"(?:{e}.|[^"{e}])*(?:"|$)'
    return re.compile(rf"(?:'[^']*(?:'|$)|{double}|{e}(?:.|$)|[^'\"{e}{SPACE}])+", re.DOTALL)


def json_words(slicer: Cutter, start: int, end: int, escape: str, *, expand: bool) -> tuple[Word, ...] | None:
    """The strings of a JSON array that begins at `start`, or None where none does. What follows it is dropped."""
    value = slicer.text.value
    if not value.startswith("[", start):
        return None
    at = _gap(value, start + 1)
    words: list[Word] = []
    while not (not words and value.startswith("]", at)):
        match = _JSON_STRING.match(value, at, end)
        if match is None:
            return None
        words.append(_json_word(slicer, match, escape, expand=expand))
        at = _gap(value, match.end())
        if value.startswith("]", at):
            break
        if not value.startswith(",", at):
            return None
        at = _gap(value, at + 1)
    return tuple(words) if at < end and not value[at + 1 : end].strip() else None


def _gap(value: str, at: int) -> int:
    match = _JSON_GAP.match(value, at)
    return at if match is None else match.end()


def _json_word(slicer: Cutter, match: re.Match[str], escape: str, *, expand: bool) -> Word:
    start, end = match.span(1)
    raw = slicer.slice(match.start(), match.end())
    text = _json_text(slicer, start, end)
    if not expand:
        return Word(text, raw)
    inner = expanded(Cutter(text), 0, len(text), escape, "value")
    return Word(inner.text, raw, inner.dollars, inner.opaque)


def _json_text(slicer: Cutter, start: int, end: int) -> Text:
    name = "dockerfile:json"
    parts: list[Text] = []
    at = start
    for match in _JSON_ESCAPE.finditer(slicer.text.value, start, end):
        if match.start() > at:
            parts.append(quoted(slicer.slice(at, match.start()), name))
        char = str(json.loads(f'"{match.group()}"'))
        parts.append(decoded(slicer.slice(*match.span()), char, name))
        at = match.end()
    if at < end or not parts:
        parts.append(quoted(slicer.slice(at, end), name))
    return Text.join(parts)


def encode(quoting: str, new: str) -> str:
    """Spell characters so that they read as `new` inside a quoting of this format; Refused where none does."""
    _, name, *more = quoting.split(":", 2)
    escape = "`" if more == ["tick"] else "\\"
    if name == "heredoc":
        return _heredoc(new, more[0] if more else "")
    if re.search(r"[\r\n\x00]", new):
        raise Refused("a line break can't stand in a Dockerfile's argument")
    if name in {"rest", "path"} and new.startswith("--"):
        raise Refused("it would be taken for a flag")
    if name == "json":
        return json.dumps(new, ensure_ascii=False)[1:-1]
    if name == "bare":
        if not _BARE.fullmatch(new):
            raise Refused(f"`{new}` can't be written as a flag or stage name")
        return new
    if name in {"single", "shell"}:
        return _verbatim(name, new, escape)
    return _backslashed(name, new, escape)


def joined(names: tuple[str, ...]) -> str | None:
    """One quoting for a stretch of several: it begins and ends in the same, and all between is replaced with it."""
    return names[0] if names[0] == names[-1] else None


def _heredoc(new: str, terminator: str) -> str:
    if terminator in (line.lstrip("\t") for line in new.split("\n")):
        raise Refused("the heredoc would end there")
    return new


def _verbatim(name: str, new: str, escape: str) -> str:
    if name == "single" and "'" in new:
        raise Refused("a single quote can't stand in single quotes")
    if name == "shell" and new.rstrip(" \t").endswith(escape):
        raise Refused("the line would go on behind the escape character")
    return new


def _backslashed(name: str, new: str, escape: str) -> str:
    special = {"double": '"$', "value": "'\"$", "rest": "'\"$", "path": "'\"$", "word": "'\"$"}.get(name)
    if special is None:
        raise Refused(f"nothing is known of the quoting {name}")
    blank = re.search(f"[{SPACE}]", new) is not None
    if name == "path" and (blank or not new):
        raise Refused("white space would part the argument")
    if name in {"rest", "word"} and new != new.strip():
        raise Refused("white space at the end of an argument would be lost")
    if name == "rest" and not new:
        raise Refused("an argument can't be empty")
    if name == "word":
        special += " \t\v\f"
        if re.search(f"[{SPACE}]", re.sub(r"[ \t\v\f]", "", new)):
            raise Refused("this white space can't be escaped")
    return "".join(escape + c if c in special or c == escape else c for c in new)
