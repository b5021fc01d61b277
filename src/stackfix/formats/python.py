"""Python: text → the standard library's syntax tree, with every literal's characters and their places.

Located with `ast` (columns in UTF-8 bytes of a line; lines end at LF, CR LF and lone CR). A node is addressed by what
it is called, not by where it stands: scopes, assigned names, calls by name, keywords, elements.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.findings import Anchor, Location, located
from stackfix.spans import Span
from stackfix.text import Piece, Slicer, Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_TELLING = (
    b"environ", b"getenv", b"://", b"Settings", b"CORS", b".run(", b"FastAPI", b"Flask", b"route",
    b"server", b"localhost", b"urlpatterns", b"_host", b"_HOST", b"_app", b"decouple", b"environs",
)  # fmt: skip
_LINE = re.compile(r"\r\n|\r|\n")
_EXCEPT = re.compile(r"^[ \t]*except[ \t]+[\w.]+(?:[ \t]*,[ \t]*[\w.]+)+[ \t]*:", re.MULTILINE)
_GAP = re.compile(r"(?:[ \t\f]+|\\(?:\r\n|\r|\n)|\r\n|\r|\n|#[^\r\n]*)+")
_OPENING = re.compile(r"""([rRbBuUfF]{0,2})('''|\"\"\"|'|")""")
_ESCAPE = re.compile(r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)", re.DOTALL)
_BYTES_ESCAPE = re.compile(r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_SIMPLE = {"\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_QUOTES = {"'": "single", '"': "double", "'''": "triple-single", '"""': "triple-double"}
_MARKS = {name: mark for mark, name in _QUOTES.items()}
_DECIMAL = re.compile(r"0|[1-9][0-9]*")


class Module:
    """One file's tree, with what is needed to say where each node stands. Made by `read`; never changed."""

    __slots__ = ("_addresses", "_ascii", "_lines", "_parents", "_slicer", "starts", "text", "tree")

    def __init__(self, text: Text, tree: ast.Module) -> None:
        """Index the lines of the text once."""
        self.text = text
        self.tree = tree
        self.starts = [0, *(m.end() for m in _LINE.finditer(text.value))]
        self._ascii = text.value.isascii()
        self._slicer = Slicer(text)
        self._lines: dict[int, bytes] = {}
        self._parents: dict[ast.AST, ast.AST] | None = None
        self._addresses: dict[ast.AST, dict[ast.AST, tuple[str | int, ...]]] = {}

    @property
    def path(self) -> str:
        """The file that it lies in, "" where in none."""
        place = self.text.first_place
        return place[0] if place else ""

    def offset(self, line: int, column: int) -> int:
        """The character offset of a line counted from 1 and a column in UTF-8 bytes from 0."""
        start = self.starts[min(line, len(self.starts)) - 1]
        if self._ascii:
            return start + column
        if line not in self._lines:
            end = self.starts[line] if line < len(self.starts) else len(self.text.value)
            self._lines[line] = self.text.value[start:end].encode("utf-8", "surrogatepass")
        return start + len(self._lines[line][:column].decode("utf-8", "replace"))

    def range(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """The characters of a node, half-open; decorators of a definition are not in it."""
        end_line, end_column = node.end_lineno, node.end_col_offset
        assert end_line is not None
        assert end_column is not None
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def source(self, node: ast.expr | ast.stmt | ast.keyword) -> Text:
        """A node as it is written."""
        return self._slicer.slice(*self.range(node))

    def slice(self, start: int, end: int) -> Text:
        """Characters `start` to `end` of the source."""
        return self._slicer.slice(start, end)

    def location(self, node: ast.expr | ast.stmt | ast.keyword, note: str = "") -> Location:
        """Where a node stands."""
        return located(self.source(node), note) or Location(self.path, Span(0, 0), note)

    def string(self, node: ast.expr) -> Text | None:
        """The characters of a string or bytes literal (Latin-1) with their places; None for anything else."""
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str | bytes):
            return None
        meant = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        parts = _parts(self, *self.range(node))
        text = Text.join(p for p in parts if p is not None) if parts is not None else None
        if text is not None and text.value == meant and None not in (parts or []):
            return text
        return self._whole(node, meant)

    def joined(self, node: ast.JoinedStr) -> tuple[Text | ast.FormattedValue, ...]:
        """An f-string's texts and expressions in order. Texts that can't be placed exactly point at the whole."""
        parts = _parts(self, *self.range(node)) or []
        texts = [p.value if p is not None else None for p in parts]
        meant = [v.value if isinstance(v, ast.Constant) else None for v in node.values]
        if texts == meant:
            pairs = [t or v for t, v in zip(parts, node.values, strict=True)]
            return tuple(v for v in pairs if isinstance(v, Text | ast.FormattedValue))
        return tuple(
            self._whole(node, str(v.value)) if isinstance(v, ast.Constant) else v
            for v in node.values
            if isinstance(v, ast.Constant | ast.FormattedValue)
        )

    def number(self, node: ast.expr) -> Text | None:
        """An integer or float literal in decimal; it may be edited where it is an integer. None for anything else."""
        if not isinstance(node, ast.Constant) or type(node.value) not in {int, float}:
            return None
        source = self.source(node)
        meant = str(node.value)
        if source.value == meant:
            return _quoted(source, "python:number" if isinstance(node.value, int) else "python:float")
        return _inexact(source, meant, "python:number" if isinstance(node.value, int) else "python:float")

    def anchor(self, node: ast.AST) -> Anchor:
        """A node's address: what `resolve` finds it by."""
        return Anchor(self.path, "python", self._address(node))

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds it, None for the module."""
        if self._parents is None:
            self._parents = {child: p for p in ast.walk(self.tree) for child in ast.iter_child_nodes(p)}
            # Contexts and operators are shared objects without a place of their own.
        return self._parents.get(node)

    def _whole(self, node: ast.expr, meant: str) -> Text:
        return _inexact(self.source(node), meant, "python:unknown")

    def _address(self, node: ast.AST) -> tuple[str | int, ...]:
        steps: list[tuple[str | int, ...]] = []
        while not isinstance(node, ast.Module):
            step, holder = self._direct(node)
            if holder is None:
                holder = self._holder(node)
                step = self._numbered(holder)[node]
            steps.append(step)
            node = holder
        return tuple(s for step in reversed(steps) for s in step)

    def _holder(self, node: ast.AST) -> ast.AST:
        """The nearest node above that has an address of its own."""
        above = self.parent(node)
        while above is not None and not isinstance(above, ast.Module | Scope | ast.Call):
            if self._direct(above)[1] is not None:
                break
            above = self.parent(above)
        assert above is not None
        return above

    def _direct(self, node: ast.AST) -> tuple[tuple[str | int, ...], ast.AST | None]:
        """The step from a node's holder to it where it has a fixed part in it: an argument, an element, a value."""
        parent = self.parent(node)
        if isinstance(parent, ast.keyword) and parent.arg is not None:
            return (f"keyword:{parent.arg}",), self.parent(parent)
        if isinstance(parent, ast.Call) and node in parent.args:
            return ("argument", parent.args.index(node)), parent
        if isinstance(parent, ast.List | ast.Tuple | ast.Set) and node in parent.elts:
            return ("element", parent.elts.index(node)), parent
        if isinstance(parent, ast.Dict) and node in parent.values:
            key = parent.keys[parent.values.index(node)]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                return (f"key:{key.value}",), parent
        return (), None

    def _numbered(self, holder: ast.AST) -> dict[ast.AST, tuple[str | int, ...]]:
        if holder not in self._addresses:
            counts: dict[str, int] = {}
            found: dict[ast.AST, tuple[str | int, ...]] = {}
            for node in _inside(holder):
                for name in _names(node):
                    at = counts.get(name, 0)
                    counts[name] = at + 1
                    target = node.value if name.startswith("assign:") else node  # type: ignore[attr-defined]
                    if target is not None:
                        found.setdefault(target, (name, at))
            self._addresses[holder] = found
        return self._addresses[holder]


def read(text: Text) -> Module:
    """Parse source. Unreadable where it is no Python of this version, or nested too deeply to be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = _parse(text.value)
    except SyntaxError as error:
        lines = [0, *(m.end() for m in _LINE.finditer(text.value))]
        line = min(max(error.lineno or 1, 1), len(lines))
        raise Unreadable(f"not Python: {error.msg}", lines[line - 1]) from None
    except (RecursionError, MemoryError):
        raise Unreadable("nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"not Python: {error}") from None
    return Module(text, tree)


def _parse(source: str) -> ast.Module:
    """The tree. `except A, B:` (3.14) is read by older versions too: nothing in it matters but that it is there."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        if not str(error.msg).startswith("multiple exception types"):
            raise
    return ast.parse(_EXCEPT.sub(lambda m: m[0].replace(",", "|"), source))


def prefilter(data: bytes) -> bool:
    """Whether a file can hold anything that wiring depends on: a quick look that may say yes too often, never no."""
    return any(word in data for word in _TELLING)


def dotted(node: ast.AST) -> str | None:
    """A chain of names as written: `a.b.c`; a call without arguments in it is `a().b`. None for anything else."""
    tail: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            tail.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Call) and not node.args and not node.keywords:
            tail.append("()")
            node = node.func
        elif isinstance(node, ast.Name):
            return node.id + "".join(reversed(tail))
        else:
            return None


def resolve(document: Module, steps: tuple[str | int, ...]) -> ast.AST | None:
    """The node that an Anchor's steps lead to, or None where there is no such node any more."""
    node: ast.AST | None = document.tree
    at = 0
    while at < len(steps) and node is not None:
        step = str(steps[at])
        index = steps[at + 1] if at + 1 < len(steps) else None
        if step.startswith(("keyword:", "key:")):
            node = _named_value(node, step)
            at += 1
            continue
        if not isinstance(index, int):
            return None
        node = _indexed(node, step, index)
        at += 2
    return node


def _named_value(node: ast.AST, step: str) -> ast.AST | None:
    kind, _, name = step.partition(":")
    if kind == "keyword" and isinstance(node, ast.Call):
        return next((k.value for k in node.keywords if k.arg == name), None)
    if kind == "key" and isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return next((v for k, v in pairs if isinstance(k, ast.Constant) and k.value == name), None)
    return None


def _indexed(node: ast.AST, step: str, index: int) -> ast.AST | None:
    if step == "argument":
        return node.args[index] if isinstance(node, ast.Call) and index < len(node.args) else None
    if step == "element":
        elements = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else []
        return elements[index] if index < len(elements) else None
    for inner in _inside(node):
        if step in _names(inner):
            if index == 0:
                return inner.value if step.startswith("assign:") else inner  # type: ignore[attr-defined]
            index -= 1
    return None


def _inside(holder: ast.AST) -> Iterator[ast.AST]:
    """Everything below a node in the order of the source, without what lies inside further scopes."""
    stack = list(ast.iter_child_nodes(holder))[::-1]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, Scope):
            stack.extend(list(ast.iter_child_nodes(node))[::-1])


def _names(node: ast.AST) -> tuple[str, ...]:
    """What a node is called among those below one holder."""
    kind = f"node:{type(node).__name__}"
    if isinstance(node, Scope):
        return (f"{'class' if isinstance(node, ast.ClassDef) else 'def'}:{node.name}",)
    if isinstance(node, ast.Call):
        return (f"call:{dotted(node.func) or '?'}",)
    if isinstance(node, ast.Assign):
        return (*(f"assign:{ast.unparse(t)}" for t in node.targets if isinstance(t, ast.Name | ast.Attribute)), kind)
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return (f"assign:{ast.unparse(node.target)}", kind)
    return (kind,)


# --- literals --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    """One string token: character offsets of its inside, and how it spells characters."""

    start: int
    end: int
    raw: bool
    bytes: bool
    formatted: bool
    mark: str

    @property
    def quoting(self) -> str:
        prefix = ("raw-" if self.raw else "") + ("bytes-" if self.bytes else "") + ("f-" if self.formatted else "")
        return f"python:{prefix}{_QUOTES[self.mark]}"


def _tokens(source: str, start: int, end: int) -> list[_Token] | None:
    """The string tokens of one literal with its implicit concatenations."""
    found = []
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
        found.append(_Token(opening.end(), close, "r" in prefix, "b" in prefix, formatted, mark))
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


def _parts(module: Module, start: int, end: int) -> list[Text | None] | None:
    """A literal's texts, with None where an f-string has an expression; neighbours joined as `ast` joins them."""
    tokens = _tokens(module.text.value, start, end)
    if not tokens:
        return None
    parts: list[Text | None] = []
    for token in tokens:
        for part in _token_parts(module, token):
            if part is not None and parts and parts[-1] is not None:
                parts[-1] = parts[-1] + part
            else:
                parts.append(part)
    if any(t.formatted for t in tokens):
        parts = [p for p in parts if p is None or p.value]
    return parts


def _token_parts(module: Module, token: _Token) -> Iterator[Text | None]:
    if not token.formatted:
        yield _decoded(module, token, token.start, token.end)
        return
    source = module.text.value
    at = begin = token.start
    while at < token.end:
        if source[at] == "{" and not source.startswith("{{", at):
            yield _decoded(module, token, begin, at)
            yield None
            at = begin = _expression_end(source, at + 1, token.end, token.mark) or token.end
        else:
            at += 2 if source.startswith(("{{", "}}"), at) or (source[at] == "\\" and not token.raw) else 1
    yield _decoded(module, token, begin, token.end)


def _decoded(module: Module, token: _Token, start: int, end: int) -> Text:
    """Characters of a token's inside: runs spelled as they are, and escape sequences in one piece each."""
    if start == end:
        return _quoted(module.slice(start, end), token.quoting)
    source = module.text.value
    patterns = [r"\r\n?"]
    if not token.raw:
        patterns.append((_BYTES_ESCAPE if token.bytes else _ESCAPE).pattern)
    if token.formatted:
        patterns.append(r"\{\{|\}\}")
    texts = []
    for match in re.compile("|".join(patterns), re.DOTALL).finditer(source, start, end):
        if match.start() > start:
            texts.append(_quoted(module.slice(start, match.start()), token.quoting))
        texts.append(_inexact(module.slice(match.start(), match.end()), _meaning(match[0]), token.quoting))
        start = match.end()
    if start < end:
        texts.append(_quoted(module.slice(start, end), token.quoting))
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


def _quoted(text: Text, quoting: str) -> Text:
    return Text(text.value, tuple(replace(p, quoting=(*p.quoting, quoting)) for p in text.pieces))


def _inexact(source: Text, meant: str, quoting: str) -> Text:
    """One piece that spells `meant` with all the bytes of `source`."""
    place = source.place
    if place is None:
        return Text.unwritten(meant)
    outer = source.pieces[0].quoting
    return Text(meant, (Piece(len(meant), place[0], place[1], (*outer, quoting), exact=False),))


# --- spelling --------------------------------------------------------------------------------------------------------


def encode(quoting: str, new: str) -> str:
    """Spell characters inside a literal of that kind. Refused where the kind can't hold them."""
    kind = quoting.removeprefix("python:")
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
