"""JavaScript and TypeScript as tokens: strings, templates, regular expressions, JSX and brackets, each told apart.

A `/` or `<` means what the token before it makes of it; so the reader keeps, for every bracket, how it was opened.

May import text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from stackfix.text import Unreadable

_CODE = re.compile(
    r"""(?>(?:[\s\ufeff]+|//[^\n\r\u2028\u2029]*|/\*(?>.*?\*/))*)
      (?:(?P<name>\#?(?:[^\W\d]|\$|\\u[0-9a-fA-F]{4})(?:\w|\$|\\u[0-9a-fA-F]{4}|[\u200c\u200d])*)
      |(?P<number>0[xXbBoO][\da-fA-F_]+n?|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?)
      |(?P<string>'(?:[^'\\\r\n]|\\(?:\r\n|.))*'|"(?:[^"\\\r\n]|\\(?:\r\n|.))*")
      |(?P<punctuation>=>|\?\.(?!\d)|\?\?=?|\|\|=?|&&=?|===?|!==?|\.\.\.|\+\+|--|\*\*=?|[-+*%&|^]=|<=
        |[{}()\[\];,<>.?:=+\-*/%&|^!~@`])
      |(?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?![*/])(?:[^\\/\[\r\n]|\\[^\r\n]|\[(?:[^\]\\\r\n]|\\[^\r\n])*\])+/[A-Za-z]*")
_QUASI = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_JSX_TEXT = re.compile(r"[^<{]+")
_JSX_NAME = re.compile(r"[\w$.:-]*")
_JSX_CLOSE = re.compile(r"</\s*[\w$.:-]*\s*>")
_JSX_IN_TAG = re.compile(
    r"""(?P<space>[\s=]+|/\*.*?\*/|//[^\n\r]*)|(?P<end>/\s*>)|(?P<children>>)|(?P<hole>\{)
      |(?P<string>"[^"]*"|'[^']*')|(?P<attribute>[\w$:.-]+)""",
    re.VERBOSE | re.DOTALL,
)
_GENERIC = re.compile(r"<\s*(?:const\s+)?[\w$]+\s*(?:[,=]|extends\b)")
_SHORT_GENERIC = re.compile(r"<\s*([\w$]+)\s*>\s*\(")
_ELEMENT = re.compile(r"<(?:[^\W\d]|[$>])")
_BEFORE_OPERAND = frozenset({
    "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await", "yield",
    "instanceof", "default",
})  # fmt: skip
_BEFORE_BLOCK = frozenset({"=>", "{", "}", ";", ")", "else", "do", "try", "finally", ""})
_CONDITIONS = frozenset({"if", "while", "for", "with"})
_BRACKETS = frozenset("()[]{}`")
_CLOSES = {")": "(", "]": "[", "}": "{"}


class Token(NamedTuple):
    """A token. `start` to `end` are characters.

    `kind` is "name" (keywords too), "number", "string", "regex", "quasi" (a template's characters between its marks and
    expressions, perhaps none), "attribute" and "jsx-string" (in a JSX tag), "open", "close" or "punctuation". A
    template is open to close of "`", an expression in it of "${" to "}", a JSX element of "<>" to "</>".
    """

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens with their brackets: `partner` of each open or close (else -1), `holder` the open one around (else -1)."""

    all: tuple[Token, ...]
    partner: tuple[int, ...]
    holder: tuple[int, ...]


class _Frame(NamedTuple):
    mode: str
    opened: int
    operand_after: bool


class Reader:
    """Reads one stretch of source after another into one list of tokens."""

    def __init__(self, source: str, *, jsx: bool, typed: bool) -> None:
        """`jsx`: elements may stand in it; `typed`: it is TypeScript."""
        self.source = source
        self.jsx = jsx
        self.typed = typed
        self.tokens: list[Token] = []
        self.partner: list[int] = []
        self.holder: list[int] = []
        self.frames: list[_Frame] = []
        self.operand = False
        self.end = len(source)

    def read(self, start: int, end: int) -> None:
        """Take the tokens of a stretch. Unreadable where its brackets or quotes don't close."""
        self.end = end
        self.operand = False
        at = start
        if self.source.startswith("#!", at):
            at = self._line_end(at)
        steps = {"template": self._template, "tag": self._tag, "children": self._children}
        while at < end:
            mode = self.frames[-1].mode if self.frames else "code"
            at = steps.get(mode, self._code)(at)
        if self.frames:
            opened = self.tokens[self.frames[-1].opened]
            raise Unreadable(f"not JavaScript: {opened.value} is never closed", opened.start)

    def result(self) -> Tokens:
        """All tokens read."""
        return Tokens(tuple(self.tokens), tuple(self.partner), tuple(self.holder))

    def _line_end(self, at: int) -> int:
        found = re.compile(r"[\r\n]").search(self.source, at, self.end)
        return found.start() if found else self.end

    def _put(self, kind: str, start: int, end: int) -> None:
        self.tokens.append(Token(kind, self.source[start:end], start, end))
        self.partner.append(-1)
        self.holder.append(self.frames[-1].opened if self.frames else -1)

    def _open(self, mode: str, value: str, start: int, end: int, *, operand_after: bool) -> None:
        holder = self.frames[-1].opened if self.frames else -1
        self.frames.append(_Frame(mode, len(self.tokens), operand_after))
        self.tokens.append(Token("open", value, start, end))
        self.partner.append(-1)
        self.holder.append(holder)

    def _close(self, value: str, start: int, end: int) -> None:
        frame = self.frames.pop()
        self.partner[frame.opened] = len(self.tokens)
        self.tokens.append(Token("close", value, start, end))
        self.partner.append(frame.opened)
        self.holder.append(self.frames[-1].opened if self.frames else -1)
        self.operand = frame.operand_after

    # --- code ---------------------------------------------------------------------------------------------------------

    def _code(self, at: int) -> int:
        """Take tokens up to and with the first one that may open or close something."""
        match, source, stop, last = _CODE.match, self.source, self.end, self._last()
        while at < stop:
            found = match(source, at, stop)
            if found is None:
                raise Unreadable(f"not JavaScript: {source[at]!r} is not expected", at)
            kind = found.lastgroup or ""
            at, end = found.span(kind)
            value = source[at:end]
            if kind == "punctuation":
                if value in _BRACKETS or (value in {"/", "<"} and not self.operand):
                    return self._punctuation(value, at, end)
                self._operator(value, at, end)
            elif kind != "end":
                self.operand = not (kind == "name" and value in _BEFORE_OPERAND and last not in {".", "?."})
                self._put(kind, at, end)
            at, last = end, value
        return at

    def _last(self) -> str:
        return self.tokens[-1].value if self.tokens else ""

    def _punctuation(self, value: str, at: int, end: int) -> int:
        if value in "([{`":
            return self._bracket(value, at, end)
        if value in ")]}":
            return self._closing(value, at, end)
        if not self.operand and value == "/":
            regex = _REGEX.match(self.source, at, self.end)
            if regex is None:
                raise Unreadable("not JavaScript: a regular expression is never closed", at)
            self._put("regex", at, regex.end())
            self.operand = True
            return regex.end()
        if not self.operand and value == "<" and self._element(at):
            return self._element_open(at, operand_after=True)
        self._operator(value, at, end)
        return end

    def _operator(self, value: str, at: int, end: int) -> None:
        self._put("punctuation", at, end)
        if value not in {"++", "--"} and not (value == "!" and self.operand and self.typed):
            self.operand = False

    def _bracket(self, value: str, at: int, end: int) -> int:
        last = self._last()
        if value == "`":
            self._open("template", value, at, end, operand_after=True)
            return end
        after = True
        if value == "(":
            after = last not in _CONDITIONS or (len(self.tokens) > 1 and self.tokens[-2].value == ".")
        elif value == "{":
            after = not self.operand and last not in _BEFORE_BLOCK
        self._open("code", value, at, end, operand_after=after)
        self.operand = False
        return end

    def _closing(self, value: str, at: int, end: int) -> int:
        opened = self.tokens[self.frames[-1].opened].value if self.frames else ""
        if opened[-1:] != _CLOSES[value]:
            raise Unreadable(f"not JavaScript: {value} closes nothing", at)
        self._close(value, at, end)
        return end

    # --- templates ----------------------------------------------------------------------------------------------------

    def _template(self, at: int) -> int:
        found = _QUASI.match(self.source, at, self.end)
        end = found.end() if found else at
        self._put("quasi", at, end)
        if self.source.startswith("`", end) and end < self.end:
            self._close("`", end, end + 1)
            return end + 1
        if not self.source.startswith("${", end):
            raise Unreadable("not JavaScript: a template is never closed", at)
        self._open("code", "${", end, end + 2, operand_after=True)
        self.operand = False
        return end + 2

    # --- JSX ----------------------------------------------------------------------------------------------------------

    def _element(self, at: int) -> bool:
        """Whether `<` begins an element: it stands where an operand must, and is no list of type parameters."""
        if not self.jsx or not _ELEMENT.match(self.source, at):
            return False
        if not self.typed:
            return True
        if _GENERIC.match(self.source, at):
            return False
        short = _SHORT_GENERIC.match(self.source, at)
        return short is None or f"</{short[1]}>" in self.source[at : self.end]

    def _element_open(self, at: int, *, operand_after: bool) -> int:
        name = _JSX_NAME.match(self.source, at + 1, self.end)
        end = name.end() if name else at + 1
        self._open("tag", "<>", at, end, operand_after=operand_after)
        if self.source.startswith("<", end):
            arguments = re.compile(r"<[^<>]*>").match(self.source, end, self.end)
            end = arguments.end() if arguments else end
        return end

    def _tag(self, at: int) -> int:
        found = _JSX_IN_TAG.match(self.source, at, self.end)
        if found is None:
            raise Unreadable("not JavaScript: a tag that can't be read", at)
        kind, end = found.lastgroup or "", found.end()
        if kind == "end":
            self._close("</>", at, end)
        elif kind == "children":
            self.frames[-1] = self.frames[-1]._replace(mode="children")
        elif kind == "hole":
            self._hole(at, end)
        elif kind in {"string", "attribute"}:
            self._put("jsx-string" if kind == "string" else kind, at, end)
        return end

    def _children(self, at: int) -> int:
        found = _JSX_TEXT.match(self.source, at, self.end)
        if found is not None:
            return found.end()
        if self.source[at] == "{":
            self._hole(at, at + 1)
            return at + 1
        close = _JSX_CLOSE.match(self.source, at, self.end)
        if close is not None:
            self._close("</>", at, close.end())
            return close.end()
        return self._element_open(at, operand_after=True)

    def _hole(self, at: int, end: int) -> None:
        self._open("code", "{", at, end, operand_after=True)
        self.operand = False
