"""The characters of Python's string and number literals, each with its bytes, and spelling new ones in their place.

Serves `formats.python`, which offers `encode` under the name of its quotings.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.text import Piece, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.text import Slicer

_GAP = re.compile(r"(?:[ \t\f]+|\\(?:\r\n|\r|\n)|\r\n|\r|\n|#[^\r\n]*)+")
_OPENING = re.compile(r"""([rRbBuUfF]{0,2})('''|\"\"\"|'|")""")
_ESCAPE = re.compile(r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)", re.DOTALL)
_BYTES_ESCAPE = re.compile(r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_SIMPLE = {"\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_QUOTES = {"'": "single", '"': "double", "'''": "triple-single", '"""': "triple-double"}
_MARKS = {name: mark for mark, name in _QUOTES.items()}
_DECIMAL = re.compile(r"0|[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class _Token:
    """One string token: character offsets of its inside, and how it spells characters."""

    start: int
    end: int
    raw: bool
    bytes: bool
    formatted: bool
    mark: str
    index: int = 0

    @property
    def quoting(self) -> str:
        """Its kind; a later token of one literal has a name of its own, so that nobody writes across the gap."""
        prefix = ("raw-" if self.raw else "") + ("bytes-" if self.bytes else "") + ("f-" if self.formatted else "")
        return f"python:{prefix}{_QUOTES[self.mark]}" + (f":{self.index}" if self.index else "")


def _tokens(source: str, start: int, end: int) -> list[_Token] | None:
    """The string tokens of one literal with its implicit concatenations."""
    found: list[_Token] = []
    while start < end:
        gap = _GAP.match(source, start, end)
        start = gap.end() if gap else start
        if start >= end:
            break
        opening = _OPENING.match(source, start, end)
        if opening is None:
            return None
        prefix, mark = opening[1].lower(), opening[2]
        formatted = "f" in prefix
        close = _close(source, opening.end(), end, mark, formatted=formatted)
        if close is None:
            return None
        found.append(_Token(opening.end(), close, "r" in prefix, "b" in prefix, formatted, mark, len(found)))
        start = close + len(mark)
    return found


def _close(source: str, at: int, end: int, mark: str, *, formatted: bool) -> int | None:
    """Where the closing quotes stand. An expression in an f-string may hold quotes of its own."""
    while at < end:
        if source[at] == "\\":
            at += 2
        elif source.startswith(mark, at):
            return at
        elif formatted and source[at] == "{" and not source.startswith("{{", at):
            after = _expression_end(source, at + 1, end, mark)
            if after is None:
                return None
            at = after
        else:
            at += 2 if formatted and source.startswith("{{", at) else 1
    return None


def _expression_end(source: str, at: int, end: int, mark: str) -> int | None:
    """Past the `}` that closes an f-string's expression which began before `at`."""
    depth = 1
    while at < end:
        character = source[at]
        if character in "'\"":
            opening = _OPENING.match(source, at, end)
            if opening is None or source.startswith(mark, at):
                return None
            close = _close(source, opening.end(), end, opening[2], formatted=False)
            if close is None:
                return None
            at = close + len(opening[2])
            continue
        depth += (character in "{[(") - (character in "}])")
        at += 1
        if depth == 0:
            return at
    return None


def parts(source_of: Slicer, start: int, end: int) -> list[Text | None] | None:
    """A literal's texts, with None where an f-string has an expression; neighbours joined as `ast` joins them."""
    tokens = _tokens(source_of.text.value, start, end)
    if not tokens:
        return None
    found: list[Text | None] = []
    for token in tokens:
        for part in _token_parts(source_of, token):
            if part is not None and found and found[-1] is not None:
                found[-1] = found[-1] + part
            else:
                found.append(part)
    if any(t.formatted for t in tokens):
        found = [p for p in found if p is None or p.value]
    return found


def _token_parts(source_of: Slicer, token: _Token) -> Iterator[Text | None]:
    if not token.formatted:
        yield _decoded(source_of, token, token.start, token.end)
        return
    source = source_of.text.value
    at = begin = token.start
    while at < token.end:
        if source[at] == "{" and not source.startswith("{{", at):
            yield _decoded(source_of, token, begin, at)
            yield None
            at = begin = _expression_end(source, at + 1, token.end, token.mark) or token.end
        else:
            at += 2 if source.startswith(("{{", "}}"), at) or (source[at] == "\\" and not token.raw) else 1
    yield _decoded(source_of, token, begin, token.end)


def _decoded(source_of: Slicer, token: _Token, start: int, end: int) -> Text:
    """Characters of a token's inside: runs spelled as they are, and escape sequences in one piece each."""
    if start == end:
        return quoted(source_of.slice(start, end), token.quoting)
    source = source_of.text.value
    patterns = [r"\r\n?"]
    if not token.raw:
        patterns.append((_BYTES_ESCAPE if token.bytes else _ESCAPE).pattern)
    if token.formatted:
        patterns.append(r"\{\{|\}\}")
    texts = []
    for match in re.compile("|".join(patterns), re.DOTALL).finditer(source, start, end):
        if match.start() > start:
            texts.append(quoted(source_of.slice(start, match.start()), token.quoting))
        texts.append(inexact(source_of.slice(match.start(), match.end()), _meaning(match[0]), token.quoting))
        start = match.end()
    if start < end:
        texts.append(quoted(source_of.slice(start, end), token.quoting))
    return Text.join(texts)


def _meaning(spelled: str) -> str:
    """What an escape sequence, a doubled brace or a line ending stands for; an unknown sequence stands for itself."""
    if not spelled.startswith("\\"):
        return "\n" if spelled[0] == "\r" else spelled[0]
    rest = spelled[1:]
    if rest in {"\n", "\r", "\r\n"}:
        return ""
    if rest in _SIMPLE:
        return _SIMPLE[rest]
    if rest[0] in "01234567":
        return chr(int(rest, 8))
    if rest[0] in "xuU" and len(rest) > 1:
        return chr(int(rest[1:], 16)) if int(rest[1:], 16) <= sys.maxunicode else spelled
    if rest.startswith("N{"):
        import unicodedata  # noqa: PLC0415 - a large table that hardly any file needs

        try:
            return unicodedata.lookup(rest[2:-1])
        except KeyError:
            return spelled
    return spelled


def quoted(text: Text, quoting: str) -> Text:
    """The same characters inside one more quoting."""
    return Text(text.value, tuple(replace(p, quoting=(*p.quoting, quoting)) for p in text.pieces))


def inexact(source: Text, meant: str, quoting: str) -> Text:
    """One piece that spells `meant` with all the bytes of `source`."""
    place = source.place
    if place is None:
        return Text.unwritten(meant)
    outer = source.pieces[0].quoting
    return Text(meant, (Piece(len(meant), place[0], place[1], (*outer, quoting), exact=False),))


# --- spelling --------------------------------------------------------------------------------------------------------


def encode(quoting: str, new: str) -> str:
    """Spell characters inside a literal of that kind. Refused where the kind can't hold them."""
    kind = quoting.removeprefix("python:").partition(":")[0]
    if kind == "number":
        if not _DECIMAL.fullmatch(new):
            raise Refused("a number in Python source can only become another whole number")
        return new
    prefixes, mark = _kind(kind)
    if "raw-" in prefixes:
        return _encode_raw(new, mark, prefixes)
    spelled = "".join(_spelled(c, mark, in_bytes="bytes-" in prefixes) for c in new)
    return spelled.replace("{", "{{").replace("}", "}}") if "f-" in prefixes else spelled


def _kind(kind: str) -> tuple[str, str]:
    for name in ("triple-single", "triple-double", "single", "double"):
        if kind.endswith(name):
            return kind[: len(kind) - len(name)], _MARKS[name]
    raise Refused("this Python literal's spelling can't be changed exactly")


def _encode_raw(new: str, mark: str, prefixes: str) -> str:
    if mark[0] in new or "\\" in new or any(ord(c) < 0x20 or c == "\x7f" for c in new):  # noqa: PLR2004 - controls
        raise Refused("a raw Python string can't spell these characters")
    if "bytes-" in prefixes and not new.isascii():
        raise Refused("a bytes literal holds ASCII only")
    if "f-" in prefixes and ("{" in new or "}" in new):
        return new.replace("{", "{{").replace("}", "}}")
    return new


def _spelled(character: str, mark: str, *, in_bytes: bool) -> str:
    code = ord(character)
    if character in {"\\", mark[0]}:
        return "\\" + character
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - the surrogates
        raise Refused("half of a character pair can't be written")
    if code < 0x20 or 0x7F <= code < 0xA0:  # noqa: PLR2004 - control characters
        return f"\\x{code:02x}"
    if in_bytes and code > 0x7F:  # noqa: PLR2004 - past ASCII
        if code > 0xFF:  # noqa: PLR2004 - past Latin-1
            raise Refused("a bytes literal can't hold these characters")
        return f"\\x{code:02x}"
    return character
