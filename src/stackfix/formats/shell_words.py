"""Shell words: quoting, parameters and substitutions, each character with its place.

Offsets count characters of the text read. What only a running shell knows is a `Dynamic` part, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats.spelling import decoded, within
from stackfix.spans import Span
from stackfix.text import Piece, Slicer, Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$NAME`, `${NAME}` or `${NAME:-operand}`.

    `name` may be special (`@`, `1`, `?`). `operator` is "", or one of `:- - := = :? ? :+ +`; `quoted` inside double
    quotes. `text` is the whole of it as written.
    """

    name: str
    text: Text
    operator: str = ""
    operand: tuple[Part, ...] = ()
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Dynamic:
    """What a running shell alone knows. `kind`: "command", "arithmetic", "parameter", "ansi", "array", "process"."""

    kind: str
    text: Text


Part = Text | Parameter | Dynamic


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `parts` are decoded; `text` is the word as written, `start` and `end` its character offsets.

    `pattern` says that it holds an unquoted glob, brace or tilde that the shell may expand; `quoted`, that it holds any
    quoting.
    """

    parts: tuple[Part, ...]
    text: Text
    start: int
    end: int
    pattern: bool = False
    quoted: bool = False

    @property
    def literal(self) -> Text | None:
        """The decoded characters where the text alone decides them, else None."""
        if len(self.parts) == 1:
            return self.parts[0] if isinstance(self.parts[0], Text) else None
        texts = tuple(p for p in self.parts if isinstance(p, Text))
        return Text.join(texts) if len(texts) == len(self.parts) else None


_RUNS = {
    "plain": re.compile(r"[^ \t\r\n\\'\"`$;&|()<>]+"),
    "double": re.compile(r"[^\\\"`$]+"),
    "operand": re.compile(r"[^\\'\"`$}]+"),
    "double_operand": re.compile(r"[^\\\"`$}]+"),
    "heredoc": re.compile(r"[^\\`$]+"),
}
_ESCAPED = {"double": '$`"\\', "double_operand": '$`"\\}', "heredoc": "$`\\"}
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9@*#?$!-]", re.ASCII)
_BRACED = re.compile(r"([A-Za-z_]\w*|[0-9]+|[@*?$!-]|#(?=\}))(:[-=?+]|[-=?+])?", re.ASCII)
_PATTERN = re.compile(r"[*?\[]|\{[^{}]*(,|\.\.)[^{}]*\}|^~|[=:]~")


class Cutter:
    """A Slicer that cuts plain ASCII texts, which most scripts are, without a look-up."""

    __slots__ = ("_base", "_slicer", "text")

    def __init__(self, text: Text) -> None:
        """See whether all of the text is one run of plain bytes."""
        self.text = text
        self._slicer = Slicer(text)
        only = text.pieces[0] if len(text.pieces) == 1 else None
        plain = only is not None and only.path is not None and only.exact and len(only.span) == only.length
        self._base = only if plain and only is not None and only.length == len(text.value) else None

    def slice(self, start: int, end: int) -> Text:
        """The same as `text.slice(start, end)`."""
        base = self._base
        if base is None or not 0 <= start <= end <= base.length:
            return self._slicer.slice(start, end)
        at = base.span.start
        span = Span(at + start, at + end)
        return Text(self.text.value[start:end], (Piece(end - start, base.path, span, base.quoting),))

    def spelled(self, start: int, end: int, quoting: str) -> Text:
        """A slice inside one more quoting."""
        base = self._base
        if base is None or not 0 <= start <= end <= base.length:
            return within(self._slicer.slice(start, end), quoting)
        at = base.span.start
        span = Span(at + start, at + end)
        return Text(self.text.value[start:end], (Piece(end - start, base.path, span, (*base.quoting, quoting)),))


class WordScanner:
    """Reads the words of one text. `nested` reads a command list from an offset and returns that of its `)`."""

    __slots__ = ("_quotes", "nested", "slicer", "value")

    def __init__(self, text: Text, nested: Callable[[int], int]) -> None:
        """Index the text once."""
        self.value = text.value
        self.slicer = Cutter(text)
        self.nested = nested
        self._quotes = 0

    def word(self, start: int) -> Word:
        """The word at an offset; it is empty where none begins there."""
        quotes = self._quotes
        parts, end = self.parts(start, "plain", len(self.value))
        unquoted = "".join(p.value if isinstance(p, Text) and _is_plain(p) else "\0" for p in parts)
        whole = parts or (within(self.slicer.slice(start, start), "shell:plain"),)
        return Word(
            merged(whole),
            self.slicer.slice(start, end),
            start,
            end,
            bool(_PATTERN.search(unquoted)),
            self._quotes != quotes,
        )

    def parts(self, at: int, context: str, limit: int) -> tuple[tuple[Part, ...], int]:
        """All parts up to what ends the context, and the offset of that."""
        found: list[Part] = []
        run = _RUNS[context]
        quoting = f"shell:{context}"
        while at < limit:
            match = run.match(self.value, at, limit)
            if match:
                found.append(self.slicer.spelled(at, match.end(), quoting))
                at = match.end()
                continue
            after = self._special(at, context, found)
            if after == at:
                break
            at = after
        return tuple(found), at

    def _special(self, at: int, context: str, found: list[Part]) -> int:
        character = self.value[at]
        if character == "\\":
            return self._escape(at, context, found)
        if self.value.startswith(("$\\\n", "$\\\r\n"), at):
            raise Unreadable("a $ that goes on in the next line", at)
        if character == "$":
            return self._dollar(at, context, found)
        if character == "`":
            return self._dynamic("command", at, self._closing(at + 1, "`") + 1, found)
        if character == "'" and context in {"plain", "operand"}:
            return self._single(at, found)
        if character == '"' and context != "double":
            return self._double(at, found)
        return at

    def _escape(self, at: int, context: str, found: list[Part]) -> int:
        following = self.value[at + 1 : at + 2]
        if following == "\n":
            return at + 2
        if self.value.startswith("\r\n", at + 1):
            return at + 3
        quoting = f"shell:{context}"
        self._quotes += 1
        if not following or (context in _ESCAPED and following not in _ESCAPED[context]):
            found.append(decoded(self.slicer.slice(at, at + 1), "\\", quoting))
            return at + 1
        found.append(decoded(self.slicer.slice(at, at + 2), following, quoting))
        return at + 2

    def _single(self, at: int, found: list[Part]) -> int:
        end = self.value.find("'", at + 1)
        if end < 0:
            raise Unreadable("a ' is never closed", at)
        self._quotes += 1
        found.append(self.slicer.spelled(at + 1, end, "shell:single"))
        return end + 1

    def _double(self, at: int, found: list[Part]) -> int:
        self._quotes += 1
        inner, end = self.parts(at + 1, "double", len(self.value))
        if self.value[end : end + 1] != '"':
            raise Unreadable('a " is never closed', at)
        found.extend(inner or (within(self.slicer.slice(at + 1, at + 1), "shell:double"),))
        return end + 1

    def _dollar(self, at: int, context: str, found: list[Part]) -> int:
        following = self.value[at + 1 : at + 2]
        if following == "(":
            return self._dynamic(*self._parenthesis(at), found)
        if following == "{":
            return self._braced(at, context, found)
        if following == "'" and context in {"plain", "operand"}:
            return self._dynamic("ansi", at, self._closing(at + 2, "'") + 1, found)
        match = _NAME.match(self.value, at + 1)
        if match is None:
            found.append(within(self.slicer.slice(at, at + 1), f"shell:{context}"))
            return at + 1
        found.append(Parameter(match.group(), self.slicer.slice(at, match.end()), quoted=_double_quoted(context)))
        return match.end()

    def _parenthesis(self, at: int) -> tuple[str, int, int]:
        """Kind, start and end of `$(…)` or `$((…))`."""
        if self.value.startswith("$((", at):
            end = self.arithmetic(at + 1)
            if end is not None:
                return "arithmetic", at, end
        close = self.nested(at + 2)
        return "command", at, close + 1

    def arithmetic(self, at: int) -> int | None:
        """The offset after the `))` that matches the `((` at an offset, or None where it is no arithmetic."""
        depth = 0
        for match in re.compile(r"[()]|\n\s*\n|;;").finditer(self.value, at):
            if match.group() not in {"(", ")"}:
                return None
            depth += 1 if match.group() == "(" else -1
            if depth == 0:
                return match.end() if self.value[match.end() - 2] == ")" else None
        return None

    def _braced(self, at: int, context: str, found: list[Part]) -> int:
        match = _BRACED.match(self.value, at + 2)
        operand_context = "double_operand" if _double_quoted(context) else "operand"
        start = match.end() if match else at + 2
        operand, end = self.parts(start, operand_context, len(self.value))
        while self.value[end : end + 1] not in {"}", ""}:
            more, end = self.parts(end + 1, operand_context, len(self.value))
            operand = (*operand, *more)
        if end >= len(self.value):
            raise Unreadable("a ${ is never closed", at)
        if match is None or (operand and not match.group(2)):
            return self._dynamic("parameter", at, end + 1, found)
        if not operand and match.group(2):
            operand = (within(self.slicer.slice(end, end), f"shell:{operand_context}"),)
        whole = self.slicer.slice(at, end + 1)
        found.append(Parameter(match.group(1), whole, match.group(2) or "", merged(operand), _double_quoted(context)))
        return end + 1

    def _closing(self, at: int, quote: str) -> int:
        start = at
        while at < len(self.value):
            if self.value[at] == quote:
                return at
            at += 2 if self.value[at] == "\\" else 1
        raise Unreadable(f"a {quote} is never closed", start - 1)

    def _dynamic(self, kind: str, start: int, end: int, found: list[Part]) -> int:
        self._quotes += kind == "ansi"
        found.append(Dynamic(kind, self.slicer.slice(start, end)))
        return end


def _is_plain(text: Text) -> bool:
    return all(p.exact and p.quoting[-1:] == ("shell:plain",) for p in text.pieces)


def _double_quoted(context: str) -> bool:
    return context in {"double", "double_operand", "heredoc"}


def merged(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Neighbouring texts as one."""
    if len(parts) == 1:
        return parts
    found: list[Part] = []
    texts: list[Text] = []
    for part in parts:
        if isinstance(part, Text):
            texts.append(part)
            continue
        if texts:
            found.append(Text.join(texts))
            texts = []
        found.append(part)
    if texts:
        found.append(Text.join(texts))
    return tuple(found)
