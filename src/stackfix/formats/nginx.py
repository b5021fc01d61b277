"""nginx: text → directives that know where each word stands, cut by the rules of nginx's own ngx_conf_read_token.

Offsets (`start`, `end`, `opening`, `closing`) count characters of the text that was read. Quoting names: "nginx:word"
(the first character of a bare word), "nginx:tail" (the rest of it), "nginx:double" and "nginx:single" (inside quotes).
`$NAME` and `${NAME}` are kept as written, whoever expands them. The code of a Lua block is skipped whole.

May import spans, text, edits, the spelling of others and Lua's braces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.formats import nginx_lua
from stackfix.formats.spelling import decoded, within
from stackfix.text import Slicer, Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.spans import Span

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<comment>\#[^\n]*)"
    r'|(?P<double>"(?:[^"\\]|\\.)*")'
    r"|(?P<single>'(?:[^'\\]|\\.)*')"
    r"|(?P<mark>[;{}])"
    r"""|(?P<word>(?:\\.|\$\{*|[^ \t\r\n;{}\\$"'\#])(?:\\.|\$\{*|[^ \t\r\n;{\\$])*)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\([\"'\\trn])")
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>", re.DOTALL)
_MARKUP = ("{{", "{%", "<%")
_DEEPEST = 100
_BLOCKS = re.compile(
    r"^[ \t]*(?:server|http|events|stream|upstream[ \t]+\S+|location[ \t]+[^;{}]+|map[ \t]+\S+[ \t]+\$\w+)[ \t\r\n]*\{",
    re.MULTILINE,
)
_SNIPPET = re.compile(
    r"(?:proxy_(?:pass|set_header|http_version|read_timeout|connect_timeout|send_timeout|buffering|redirect)|add_header"
    r"|fastcgi_(?:pass|param)|uwsgi_(?:pass|param)|ssl_(?:protocols|ciphers|certificate|certificate_key|dhparam)|gzip\w*"
    r"|try_files|real_ip_header|set_real_ip_from)\Z"
)
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Comment:
    """`# …` to the end of its line (without a CR), as characters `start` to `end`."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, eq=False)
class Directive:
    """One directive, or an entry of a block such as `map`. `words` are the offsets of its name and arguments.

    `start` is the name's first character, `end` follows its `;` or `}`. `opening` and `closing` are the offsets of a
    block's braces. A Lua block has `code` and no directives. `steps` are the child indexes that lead to it.
    """

    words: tuple[tuple[int, int], ...]
    start: int
    end: int
    steps: tuple[int, ...]
    source: Slicer = field(repr=False)
    block: tuple[Directive, ...] | None = None
    opening: int | None = None
    closing: int | None = None
    code: Text | None = None

    @cached_property
    def keyword(self) -> str:
        """The decoded name, without its place."""
        return _meaning(self.source.text.value[slice(*self.words[0])])

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The decoded arguments, without their places."""
        return tuple(_meaning(self.source.text.value[slice(*word)]) for word in self.words[1:])

    @cached_property
    def name(self) -> Text:
        """The decoded name."""
        return _decoded(self.source.slice(*self.words[0]))

    @cached_property
    def args(self) -> tuple[Text, ...]:
        """The decoded arguments."""
        return tuple(_decoded(raw) for raw in self.raw_args)

    @property
    def raw_args(self) -> tuple[Text, ...]:
        """The arguments as spelled, with their quotes."""
        return tuple(self.source.slice(*word) for word in self.words[1:])

    @property
    def text(self) -> Text:
        """All of it as written, its block too."""
        return self.source.slice(self.start, self.end)

    @property
    def head(self) -> Text:
        """Its name and arguments as written, without `;` or block."""
        return self.source.slice(self.start, self.words[-1][1])

    @property
    def span(self) -> Span | None:
        """Its bytes, where it is written in one run of one file."""
        place = self.text.place
        return None if place is None else place[1]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A whole text: its directives outside any block, and every comment wherever it stands."""

    text: Text
    directives: tuple[Directive, ...]
    comments: tuple[Comment, ...]

    @property
    def block(self) -> tuple[Directive, ...]:
        """The directives outside any block: a document is a block without braces."""
        return self.directives


def read(text: Text) -> Document:
    """Read a configuration or a fragment of one.

    Unreadable where nginx couldn't, or where it is a template of another language.
    """
    return _Reader(text).document()


def resolve(document: Document, steps: Sequence[str | int]) -> Document | Directive | None:
    """The directive that child indexes lead to; the document itself for no steps."""
    node: Document | Directive = document
    for step in steps:
        children = node.block
        if children is None or not isinstance(step, int) or not 0 <= step < len(children):
            return None
        node = children[step]
    return node


def walk(directives: Sequence[Directive]) -> Iterator[Directive]:
    """All directives, outer before inner, in the order of the file."""
    for directive in directives:
        yield directive
        yield from walk(directive.block or ())


def looks_like_nginx(text: Text) -> bool:
    """Whether a `*.conf` file is nginx's: it reads as such, and has a block or only directives that nginx alone has."""
    if not (_BLOCKS.search(text.value) or re.search(r"^[ \t]*[a-z_]+[ \t][^;\n]*;", text.value, re.MULTILINE)):
        return False
    try:
        document = read(text)
    except Unreadable:
        return False
    names = [d.keyword for d in document.directives]
    if any(not _NAME.match(name) for name in names):
        return False
    if _BLOCKS.search(text.value) and any(d.block is not None for d in document.directives):
        return True
    return any(_SNIPPET.match(name) for name in names)


class _Frame:
    """A block whose end hasn't come yet."""

    __slots__ = ("children", "opening", "steps", "words")

    def __init__(self, words: list[tuple[int, int]], opening: int, steps: tuple[int, ...]) -> None:
        self.words = words
        self.opening = opening
        self.steps = steps
        self.children: list[Directive] = []


class _Reader:
    def __init__(self, text: Text) -> None:
        self._text = text
        self._value = text.value
        self._templated = _TEMPLATE.search(text.value) is not None
        self._slicer = Slicer(text)
        self._comments: list[Comment] = []
        self._words: list[tuple[int, int]] = []
        self._stack = [_Frame([], 0, ())]

    def document(self) -> Document:
        at = 0
        while at < len(self._value):
            match = _TOKEN.match(self._value, at)
            if match is None:
                raise Unreadable("a quote or backslash without its end", at)
            at = self._take(match)
        if self._words:
            raise Unreadable("a directive without its ';' at the end of the file", self._words[0][0])
        if len(self._stack) > 1:
            raise Unreadable("a '{' without its '}'", self._stack[-1].opening)
        return Document(self._text, tuple(self._stack[0].children), tuple(self._comments))

    def _take(self, match: re.Match[str]) -> int:
        start, end = match.span()
        kind = match.lastgroup
        if kind == "comment":
            value = match.group().removesuffix("\r")
            self._comments.append(Comment(start, start + len(value), value))
        elif kind == "mark":
            return self._mark(match.group(), start)
        elif kind != "space":
            self._word(match)
        return end

    def _word(self, match: re.Match[str]) -> None:
        start, end = match.span()
        if match.lastgroup == "word":
            if match.group().startswith("<%"):
                raise Unreadable("a template of another language", start)
        elif self._value[end : end + 1] not in {"", " ", "\t", "\r", "\n", ";", "{", ")"}:
            raise Unreadable(f"unexpected {self._value[end]!r} after a quoted word", end)
        if self._templated and _TEMPLATE.search(match.group()):
            raise Unreadable("a template of another language", start)
        self._words.append((start, end))

    def _mark(self, mark: str, at: int) -> int:
        if mark == "{":
            return self._open(at)
        if mark == ";":
            if not self._words:
                raise Unreadable("unexpected ';'", at)
            self._add(self._directive(self._words, at + 1, self._next_steps()))
            self._words = []
        else:
            self._close(at)
        return at + 1

    def _open(self, at: int) -> int:
        if self._value.startswith(_MARKUP, at) or (not self._words and self._value.startswith("{#", at)):
            raise Unreadable("a template of another language", at)
        if not self._words:
            raise Unreadable("unexpected '{'", at)
        if len(self._stack) > _DEEPEST:
            raise Unreadable("nested too deeply", at)
        words, self._words = self._words, []
        if self._value[slice(*words[0])].endswith("_by_lua_block"):
            return self._lua(words, at)
        self._stack.append(_Frame(words, at, self._next_steps()))
        return at + 1

    def _lua(self, words: list[tuple[int, int]], at: int) -> int:
        closing = nginx_lua.closing_brace(self._value, at)
        if closing is None:
            raise Unreadable("a Lua block without its '}'", at)
        code = self._slicer.slice(at + 1, closing)
        self._add(self._directive(words, closing + 1, self._next_steps(), opening=at, code=code))
        return closing + 1

    def _close(self, at: int) -> None:
        if self._words or len(self._stack) == 1:
            raise Unreadable("unexpected '}'", at)
        frame = self._stack.pop()
        self._add(
            self._directive(frame.words, at + 1, frame.steps, opening=frame.opening, block=tuple(frame.children)),
        )

    def _next_steps(self) -> tuple[int, ...]:
        frame = self._stack[-1]
        return (*frame.steps, len(frame.children))

    def _add(self, directive: Directive) -> None:
        self._stack[-1].children.append(directive)

    def _directive(  # noqa: PLR0913 - what a directive has
        self,
        words: list[tuple[int, int]],
        end: int,
        steps: tuple[int, ...],
        *,
        opening: int | None = None,
        block: tuple[Directive, ...] | None = None,
        code: Text | None = None,
    ) -> Directive:
        closing = None if opening is None else end - 1
        return Directive(tuple(words), words[0][0], end, steps, self._slicer, block, opening, closing, code)


def _meaning(raw: str) -> str:
    """The characters of `_decoded`, cheaply."""
    if raw[0] in "\"'":
        raw = raw[1:-1]
    if "\\" not in raw:
        return raw
    return re.sub(
        r"\\.", lambda m: _ESCAPES.get(m[0][1], m[0][1]) if _ESCAPE.match(m[0]) else m[0], raw, flags=re.DOTALL
    )


def _decoded(raw: Text) -> Text:
    r"""What a word means, as nginx copies it: quotes off, and only \" \' \\ \t \r \n are escapes."""
    if raw.value[0] in "\"'":
        quoting = "nginx:double" if raw.value[0] == '"' else "nginx:single"
        return _unescaped(raw.slice(1, len(raw) - 1), quoting)
    first = 2 if raw.value[0] == "\\" else 1
    return _unescaped(raw.slice(0, first), "nginx:word") + _unescaped(raw.slice(first, len(raw)), "nginx:tail")


def _unescaped(raw: Text, quoting: str) -> Text:
    if "\\" not in raw.value:
        return within(raw, quoting) if raw or quoting != "nginx:tail" else Text("", ())
    parts: list[Text] = []
    at = 0
    for match in re.finditer(r"\\.", raw.value, re.DOTALL):
        # A backslash that is no escape makes one with another letter behind it: the two aren't cut apart.
        parts.append(within(raw.slice(at, match.start()), quoting))
        parts.append(decoded(raw.slice(*match.span()), _meaning("." + match.group())[1:], quoting))
        at = match.end()
    parts.append(within(raw.slice(at, len(raw)), quoting))
    return Text.join(part for part in parts if part)


def joined(names: Sequence[str]) -> str | None:
    """The quoting of a stretch of pieces: a bare word's start decides."""
    if set(names) <= {"nginx:word", "nginx:tail"}:
        return names[0]
    return names[0] if len(set(names)) == 1 else None


def encode(quoting: str, new: str) -> str:
    """Spell characters inside a word of this quoting so that exactly `new` is read; Refused where that can't be."""
    _refuse_what_no_word_holds(new)
    kind = quoting.partition(":")[2]
    if kind in {"double", "single"}:
        return _backslashed(new, '"' if kind == "double" else "'")
    if re.search(r"[ \t\r\n;]", new) or re.search(r"(?<!\$)\{", re.sub(r"\$\{+", "$", new)):
        raise Refused("the text needs quotes in nginx")
    if kind == "word":
        if not new:
            raise Refused("a word of nginx can't be empty without quotes")
        if new[0] in "#}":
            raise Refused("the text needs quotes in nginx")
        if new[0] in "\"'":
            return "\\" + new[0] + _backslashed(new[1:], "")
    return _backslashed(new, "")


def _refuse_what_no_word_holds(new: str) -> None:
    if "\0" in new:
        raise Refused("nginx can't hold a NUL character")
    if _TEMPLATE.search(new) or new.startswith("<%"):
        raise Refused("the text would be read as a template of another language")


def spell(new: str, quote: str = '"', *, bare: bool = True) -> str:
    """A whole argument that is read as `new`: without quotes where it can be and may, else in `quote`s."""
    if bare:
        try:
            return encode("nginx:word", new)
        except Refused:
            pass
    return quote + encode("nginx:double" if quote == '"' else "nginx:single", new) + quote


def _backslashed(new: str, quote: str) -> str:
    """Escapes for a quote, and for a backslash that would be read as one with what follows."""
    ends = re.sub(r"\\(?=[\"'\\trn\n\t\r]|\Z)", r"\\\\", new)
    if not quote:
        return ends
    for character, letter in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), (quote, "\\" + quote)):
        ends = ends.replace(character, letter)
    return ends


def shape(directives: Sequence[Directive]) -> tuple[object, ...]:
    """The tree as plain values, for comparing two readings: names, decoded arguments, blocks, Lua code."""
    return tuple(
        (d.keyword, d.values, None if d.block is None else shape(d.block), d.code and d.code.value) for d in directives
    )
