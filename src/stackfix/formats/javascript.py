"""JavaScript and TypeScript: text → tokens, and the expressions among them where they are asked for.

No statement is parsed: calls, bindings, imports and exports are found by their tokens. Of a Vue or Svelte component its
scripts are read. A node is addressed by what stands around it: names bound, keys, calls by name.

May import the parts of this format, findings (Anchor, Location), text and spans.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.formats.javascript_expressions import Expressions
from stackfix.formats.javascript_literals import encode
from stackfix.formats.javascript_nodes import (
    Array,
    Binary,
    Call,
    Conditional,
    Function,
    Joined,
    Literal,
    Member,
    Name,
    Node,
    Object,
    Property,
    Unary,
    Unread,
    argument,
    dotted,
)
from stackfix.formats.javascript_tokens import Reader, Token, Tokens
from stackfix.spans import Span
from stackfix.text import Slicer, Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "EXTENSIONS", "PAGES", "Array", "Binary", "Call", "Conditional", "Function", "Joined", "Literal", "Member",
    "Module", "Name", "Node", "Object", "Property", "Token", "Tokens", "Unary", "Unread", "argument", "dotted",
    "encode", "is_script", "prefilter", "read", "resolve",
]  # fmt: skip

EXTENSIONS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte")
PAGES = (".html", ".htm")
"""Files whose inline scripts are read where they are asked for; by their name they are no source."""
_OTHER_SCRIPT = re.compile(
    r"""\bsrc\s*=|\btype\s*=\s*["']?(?!module\b|text/javascript\b|application/javascript\b)[\w.+/-]+""", re.IGNORECASE
)
_TELLING = (
    b"VITE_", b"REACT_APP_", b"NEXT_PUBLIC_", b"NUXT_", b"VUE_APP_", b"import.meta.env", b"process.env",
    b"WebSocket", b"websocket", b"socket.io", b"fetch(", b"axios", b"ky.", b"listen(", b"serve(", b"rewrites",
    b"'/api", b'"/api', b"`/api", b"/ws", b"express", b"fastify", b"@Controller", b"outer(", b"baseURL", b"baseUrl",
    b"localhost", b"cors", b"env.",
    b"proxy", b"PORT",
)  # fmt: skip
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CONTROL = frozenset({"if", "while", "for", "switch", "catch", "with", "function", "await"})
_DECLARES = frozenset({"const", "let", "var"})
_RESETS = _DECLARES | {"return", "export", "import", "if", "function", "class", "else", "throw"}


class Module:
    """One file's tokens and what they are made into. Made by `read`; never changed."""

    __slots__ = ("_addresses", "_children", "_slicer", "expressions", "text", "tokens")

    def __init__(self, text: Text, tokens: Tokens) -> None:
        """Nothing is read as an expression before it is asked for."""
        self.text = text
        self.tokens = tokens
        self._slicer = Slicer(text)
        self.expressions = Expressions(tokens, self._slicer)
        self._children: dict[int, list[int]] | None = None
        self._addresses: dict[int, dict[int, tuple[str | int, ...]]] = {}

    @property
    def path(self) -> str:
        """The file that it lies in, "" where in none."""
        place = self.text.first_place
        return place[0] if place else ""

    def source(self, node: Node) -> Text:
        """A node as it is written."""
        return self._slicer.slice(self.tokens.all[node.first].start, self.tokens.all[node.last].end)

    def location(self, node: Node, note: str = "") -> Location:
        """Where a node stands."""
        return located(self.source(node), note) or Location(self.path, Span(0, 0), note)

    def value(self, at: int) -> str:
        """A token as written, "" outside the file."""
        return self.expressions.value(at)

    def calls(self) -> tuple[Call, ...]:
        """Every call in the order of the source, those inside arguments and functions too."""
        found: list[Call] = []
        for at, token in enumerate(self.tokens.all):
            if token.kind != "name" and not (token.kind == "open" and token.value == "("):
                continue
            if self._begins_operand(at):
                found.extend(reversed(_called(self.expressions.operand(at), at)))
        return tuple(c for c in found if not self._declares(c))

    def _declares(self, call: Call) -> bool:
        """Whether what looks like a call declares a method: its body follows."""
        return isinstance(call.function, Name) and not call.new and self.value(call.last + 1) == "{"

    def _begins_operand(self, at: int) -> bool:
        token = self.tokens.all[at]
        before = self.value(at - 1) if at else ""
        if before in {".", "?.", "function", "new"} and self.expressions.kind(at - 1) != "string":
            return False
        if token.kind == "open":
            return self.expressions.kind(at - 1) not in {"name", "close"} or before in _CONTROL
        return token.value not in _CONTROL and token.value not in _DECLARES

    def scopes(self, at: int) -> tuple[int, ...]:
        """The opening brackets around a token, the innermost first, and -1 for the module."""
        found = []
        at = self.tokens.holder[at]
        while at >= 0:
            found.append(at)
            at = self.tokens.holder[at]
        return (*found, -1)

    # --- addresses ----------------------------------------------------------------------------------------------------

    def anchor(self, node: Node) -> Anchor:
        """A node's address: what `resolve` finds it by."""
        return Anchor(self.path, "javascript", self._address(node.first))

    def _address(self, at: int) -> tuple[str | int, ...]:
        holder = self.tokens.holder[at]
        outer = self._address(holder) if holder >= 0 else ()
        return (*outer, *self.labels(holder)[at])

    def labels(self, holder: int) -> dict[int, tuple[str | int, ...]]:
        """What each token of a bracket (-1: the module) is called there, counted among its equals."""
        if holder not in self._addresses:
            counts: dict[str, int] = {}
            found: dict[int, tuple[str | int, ...]] = {}
            for at, label in _Labels(self).of(self._inside(holder)):
                found[at] = (label, counts.get(label, 0))
                counts[label] = counts.get(label, 0) + 1
            self._addresses[holder] = found
        return self._addresses[holder]

    def _inside(self, holder: int) -> list[int]:
        if self._children is None:
            self._children = {}
            for at, around in enumerate(self.tokens.holder):
                self._children.setdefault(around, []).append(at)
        return self._children.get(holder, [])


class _Labels:
    """Names the tokens of one bracket by the key, binding or call that they stand at."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.key = ""

    def of(self, inside: list[int]) -> list[tuple[int, str]]:
        """Each token with its label."""
        found = []
        for index, at in enumerate(inside):
            token = self.module.tokens.all[at]
            self._move(inside, index, token)
            kind = token.value if token.kind in {"name", "punctuation"} else token.kind
            if token.kind == "open":
                kind = token.value + self._opened_by(at)
            found.append((at, f"{self.key}{kind}"))
        return found

    def _move(self, inside: list[int], index: int, token: Token) -> None:
        """Take note of a key or name that begins or ends here."""
        values = self.module.tokens.all
        before = values[inside[index - 1]].value if index else ""
        second = values[inside[index - 2]].value if index > 1 else ","
        if token.value in {",", ";"} or (token.kind == "name" and token.value in _RESETS and before != "."):
            self.key = ""
        elif token.value == ":" and token.kind == "punctuation" and second in {",", "{"}:
            self.key = f"key:{before.strip(chr(34) + chr(39))}/"
        elif token.kind == "name" and before in _DECLARES:
            self.key = f"name:{token.value}/"
        elif token.value == "=" and not self.key.startswith("name:"):
            self.key = f"name:{before}/"

    def _opened_by(self, at: int) -> str:
        before = self.module.tokens.all[at - 1] if at else None
        return before.value if before is not None and before.kind == "name" else ""


def _called(node: Node | None, first: int) -> list[Call]:
    """The calls of one chain that begins at a token, outermost first."""
    found = []
    while isinstance(node, Call | Member) and node.first == first:
        if isinstance(node, Call):
            found.append(node)
        node = node.function if isinstance(node, Call) else node.owner
    return found


def is_script(path: str) -> bool:
    """Whether a file is source of this format by its name; type declarations are not."""
    return path.endswith(EXTENSIONS) and not path.endswith((".d.ts", ".d.mts", ".d.cts", ".min.js"))


def prefilter(data: bytes) -> bool:
    """Whether a file can hold anything that wiring depends on: a quick look that may say yes too often, never no."""
    if data.count(b"://") > data.count(b"://www.w3.org"):
        return True
    return any(word in data for word in _TELLING)


def read(text: Text) -> Module:
    """The tokens of a file. Unreadable where brackets, quotes or tags don't close."""
    place = text.first_place
    path = place[0] if place else "script.ts"
    if path.endswith((".vue", ".svelte")):
        return Module(text, _component(text.value))
    if path.endswith(PAGES):
        return Module(text, _page(text.value))
    typed = path.endswith((".ts", ".tsx", ".mts", ".cts"))
    reader = Reader(text.value, jsx=not path.endswith((".ts", ".mts", ".cts")), typed=typed)
    reader.read(0, len(text.value))
    return Module(text, reader.result())


def _component(source: str) -> Tokens:
    """The scripts of a component."""
    hidden = [m.span() for m in _COMMENT.finditer(source)]
    reader = Reader(source, jsx=False, typed=True)
    for match in _SCRIPT.finditer(source):
        if any(start <= match.start() < end for start, end in hidden):
            continue
        kind = re.search(r"""\blang\s*=\s*["']?(\w+)""", match[1])
        if kind is not None and kind[1] not in {"ts", "js", "tsx", "jsx", "typescript", "javascript"}:
            raise Unreadable(f"a script in {kind[1]}", match.start())
        reader.jsx = kind is not None and kind[1] in {"tsx", "jsx"}
        reader.read(match.start(2), match.end(2))
    return reader.result()


def _page(source: str) -> Tokens:
    """The inline scripts of a page; templates, data and what a file holds are none."""
    hidden = [m.span() for m in _COMMENT.finditer(source)]
    reader = Reader(source, jsx=False, typed=False)
    for match in _SCRIPT.finditer(source):
        if any(start <= match.start() < end for start, end in hidden) or _OTHER_SCRIPT.search(match[1]):
            continue
        reader.read(match.start(2), match.end(2))
    return reader.result()


def resolve(document: Module, steps: Sequence[str | int]) -> Node | None:
    """The operand that an Anchor's steps lead to, or None where there is no such thing any more."""
    holder = -1
    for at in range(0, len(steps) - 1, 2):
        wanted = (steps[at], steps[at + 1])
        found = next((token for token, label in document.labels(holder).items() if label == wanted), None)
        if found is None:
            return None
        holder = found
    return document.expressions.operand(holder) if holder >= 0 else None
