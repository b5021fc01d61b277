"""Expressions of JavaScript and TypeScript, read from tokens where they are asked for. What it can't read is Unread.

May import the tokens, nodes and literals of JavaScript, and text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.formats import javascript_literals
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
)
from stackfix.formats.javascript_types import after_arguments, after_type, arrow_at

if TYPE_CHECKING:
    from stackfix.formats.javascript_tokens import Tokens
    from stackfix.text import Slicer, Text

_LEVELS = (
    ("=", "||=", "??=", "+="),
    ("??", "||"),
    ("&&",),
    ("==", "===", "!=", "!==", "<", ">", "<=", "in", "instanceof", "|", "&", "^"),
    ("+", "-"),
    ("*", "/", "%", "**"),
)
_PRECEDENCE = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_PREFIXES = frozenset({"!", "~", "+", "-", "typeof", "void", "delete", "await", "yield", "++", "--", "..."})
_ENDS = frozenset({")", "]", "}", ",", ";", ":", ".", "?.", "[", "(", "?", "||", "&&", "??", "+", "as", "=", "==="})
_DEPTH = 80


class Expressions:
    """Reads expressions of one list of tokens, each once."""

    __slots__ = ("_count", "_depth", "_kinds", "_known", "_slicer", "_values", "tokens")

    def __init__(self, tokens: Tokens, slicer: Slicer) -> None:
        """`slicer` cuts texts out of the source that the tokens were read from."""
        self.tokens = tokens
        self._slicer = slicer
        self._kinds = [t.kind for t in tokens.all]
        self._values = [t.value for t in tokens.all]
        self._count = len(tokens.all)
        self._known: dict[tuple[int, int], Node] = {}
        self._depth = 0

    def expression(self, at: int, level: int = 0) -> Node:
        """The expression that begins at a token, up to a comma; Unread where nothing can be made of it."""
        key = (at, level)
        if key not in self._known:
            self._depth += 1
            node = Unread(at, at) if self._depth > _DEPTH else self._assignment(at, level)
            self._depth -= 1
            self._known[key] = node
        return self._known[key]

    def operand(self, at: int) -> Node:
        """The operand that begins at a token, with everything behind it that is called on it or taken of it."""
        key = (at, -1)
        if key not in self._known:
            self._depth += 1
            node = Unread(at, at) if self._depth > _DEPTH else self._operand(at)
            self._depth -= 1
            self._known[key] = node
        return self._known[key]

    def value(self, at: int) -> str:
        """A token as written, "" past the end."""
        return self._values[at] if 0 <= at < self._count else ""

    def items(self, opened: int) -> tuple[Node, ...]:
        """The expressions between commas inside a bracket."""
        found = []
        at, end = opened + 1, self.tokens.partner[opened]
        while at < end:
            if self.value(at) != ",":
                found.append(self.expression(at))
            at = self.comma(at, end) + 1
        return tuple(found)

    def comma(self, at: int, end: int) -> int:
        """The next comma of the same bracket, or `end`."""
        while at < end and not (self.value(at) == "," and self.tokens.all[at].kind == "punctuation"):
            at = self.skip(at) + 1
        return min(at, end)

    def skip(self, at: int) -> int:
        """The token itself, or the close of the bracket that it opens."""
        return max(at, self.tokens.partner[at]) if self.tokens.all[at].kind == "open" else at

    def kind(self, at: int) -> str:
        """A token's kind, "" past the end."""
        return self._kinds[at] if 0 <= at < self._count else ""

    # --- operators ----------------------------------------------------------------------------------------------------

    def _assignment(self, at: int, level: int) -> Node:
        left = self._binary(at, level)
        question = left.last + 1
        if level > 0 or self.value(question) != "?" or self.kind(question) != "punctuation":
            return left
        yes = self.expression(question + 1)
        if self.value(yes.last + 1) != ":":
            return Unread(at, yes.last)
        no = self.expression(yes.last + 2)
        return Conditional(at, no.last, left, yes, no)

    def _binary(self, at: int, level: int) -> Node:
        left = self.operand(at)
        while True:
            mark = left.last + 1
            operator = self.value(mark) if self.kind(mark) in {"punctuation", "name"} else ""
            if operator in {"as", "satisfies"} and self._same_line(left.last, mark):
                end = after_type(self.tokens, mark + 1)
                left = _stretched(left, end - 1)
                continue
            rank = _PRECEDENCE.get(operator, -1)
            if rank < level:
                return left
            right = self.expression(mark + 1, 0 if rank == 0 else rank + 1)
            left = Binary(at, right.last, operator, left, right)

    def _same_line(self, one: int, other: int) -> bool:
        between = self._slicer.text.value[self.tokens.all[one].end : self.tokens.all[other].start]
        return "\n" not in between

    # --- operands -----------------------------------------------------------------------------------------------------

    def _operand(self, at: int) -> Node:
        word = self.value(at)
        kind = self.kind(at)
        if kind in {"name", "punctuation"} and word in _PREFIXES:
            inner = self.operand(at + 1)
            return Unread(at, inner.last) if word == "..." else Unary(at, inner.last, word, inner)
        if word == "new" and kind == "name":
            return self._postfix(self._new(at))
        arrow = arrow_at(self.tokens, at)
        if arrow is not None:
            return self._arrow(at, arrow)
        return self._postfix(self._primary(at))

    def _primary(self, at: int) -> Node:
        kind = self.kind(at)
        if kind == "open":
            return self._bracketed(at)
        if kind == "name":
            return self._named(at)
        if kind == "string":
            token = self.tokens.all[at]
            inside = self._slicer.slice(token.start + 1, token.end - 1)
            return Literal(at, at, javascript_literals.spelled(inside, _quote(token.value)))
        if kind == "jsx-string":
            token = self.tokens.all[at]
            return Literal(at, at, javascript_literals.attribute(self._slicer.slice(token.start + 1, token.end - 1)))
        if kind == "number":
            token = self.tokens.all[at]
            text = javascript_literals.number(self._slicer.slice(token.start, token.end))
            return Literal(at, at, text, number=True)
        return Unread(at, at)

    def _named(self, at: int) -> Node:
        word = self.value(at)
        if word == "function" or (word == "async" and self.value(at + 1) == "function"):
            return self._function(at + (word == "async") + 1, at)
        if word == "class":
            return self._class(at)
        return Name(at, at, word)

    def _bracketed(self, at: int) -> Node:
        word = self.value(at)
        last = self.tokens.partner[at]
        if word == "(":
            inner = self.expression(at + 1)
            return _wrapped(inner, at, last) if inner.last + 1 == last else Unread(at, last)
        if word == "[":
            return Array(at, last, self.items(at))
        if word == "{":
            return self._object(at)
        return self._joined(at) if word == "`" else Unread(at, last)

    def _postfix(self, node: Node) -> Node:
        while True:
            further = self._further(node)
            if further is None:
                return node
            node = further

    def _further(self, node: Node) -> Node | None:
        """A node with the next thing behind it; None where nothing follows."""
        at = node.last + 1
        word, kind = self.value(at), self.kind(at)
        if word in {".", "?."} and kind == "punctuation":
            if self.kind(at + 1) == "name":
                return Member(node.first, at + 1, node, self.value(at + 1))
            at += word == "?."
            word, kind = self.value(at), self.kind(at)
        if kind == "open":
            return self._applied(node, at, word)
        if word == "!" and (self.value(at + 1) in _ENDS or not self._same_line(at, min(at + 1, self._final()))):
            return _stretched(node, at)
        if word == "<":
            opened = after_arguments(self.tokens, at)
            if opened is not None:
                return Call(node.first, self.tokens.partner[opened], node, self.items(opened))
        return None

    def _applied(self, node: Node, at: int, word: str) -> Node | None:
        """A node with a bracket behind it: called, indexed, or the tag of a template."""
        if word == "(":
            return Call(node.first, self.tokens.partner[at], node, self.items(at))
        if word == "[":
            return self._indexed(node, at)
        return Unread(node.first, self.tokens.partner[at]) if word == "`" else None

    def _final(self) -> int:
        return len(self.tokens.all) - 1

    def _indexed(self, node: Node, at: int) -> Node:
        last = self.tokens.partner[at]
        index = self.expression(at + 1)
        if isinstance(index, Literal) and not index.number and index.last + 1 == last:
            return Member(node.first, last, node, index.text.value)
        return Unread(node.first, last)

    def _new(self, at: int) -> Node:
        made = self._primary(at + 1)
        while self.value(made.last + 1) == "." and self.kind(made.last + 2) == "name":
            made = Member(made.first, made.last + 2, made, self.value(made.last + 2))
        opened: int | None = made.last + 1
        if self.value(made.last + 1) == "<":
            opened = after_arguments(self.tokens, made.last + 1)
        if opened is None or self.value(opened) != "(":
            return Call(at, made.last, made, (), new=True)
        return Call(at, self.tokens.partner[opened], made, self.items(opened), new=True)

    # --- literals with parts ------------------------------------------------------------------------------------------

    def _joined(self, at: int) -> Node:
        last = self.tokens.partner[at]
        parts: list[Text | Node] = []
        here = at + 1
        while here < last:
            token = self.tokens.all[here]
            if token.kind == "quasi":
                text = javascript_literals.spelled(self._slicer.slice(token.start, token.end), "template")
                if text or last == at + 2:
                    parts.append(text)
            elif self.tokens.partner[here] == here + 1:
                parts.append(Unread(here, here + 1))
            else:
                inner = self.expression(here + 1)
                whole = inner.last + 1 == self.tokens.partner[here]
                parts.append(inner if whole else Unread(here, self.tokens.partner[here]))
            here = self.skip(here) + 1
        if last == at + 2 and not isinstance(parts[0], Node):
            return Literal(at, last, parts[0])
        return Joined(at, last, tuple(parts))

    def _object(self, at: int) -> Node:
        found: list[Property] = []
        whole = True
        here, end = at + 1, self.tokens.partner[at]
        while here < end:
            after = self.comma(here, end)
            if after > here:
                item = self._property(here, after)
                whole = whole and item is not None
                found.extend(() if item is None else (item,))
            here = after + 1
        return Object(at, end, tuple(found), whole)

    def _property(self, at: int, end: int) -> Property | None:
        if self.value(at) in {"async", "*"} and self.value(at + 1) not in {":", "("} and at + 1 < end:
            at += 1
        kind = self.kind(at)
        if kind not in {"name", "string", "number"}:
            return None
        key = self.value(at)
        if kind == "string":
            literal = self._primary(at)
            key = literal.text.value if isinstance(literal, Literal) else key
        if at + 1 == end:
            return Property(key, Name(at, at, key))
        mark = self.value(at + 1)
        if mark == ":":
            value = self.expression(at + 2)
            return Property(key, value if value.last + 1 == end else Unread(at + 2, end - 1))
        if mark in {"(", "<"}:
            return Property(key, self._function(at + 1, at))
        return None

    # --- functions ----------------------------------------------------------------------------------------------------

    def _arrow(self, at: int, arrow: int) -> Node:
        opened = at + (self.value(at) == "async" and arrow > at + 1)
        names = self.parameters(opened) if self.value(opened) == "(" else (self.value(opened),)
        if self.value(arrow + 1) == "{" and self.kind(arrow + 1) == "open":
            return Function(at, self.tokens.partner[arrow + 1], names, arrow + 1)
        value = self.expression(arrow + 1)
        return Function(at, value.last, names, None, value)

    def _function(self, at: int, first: int) -> Node:
        """A function whose name or parameters begin at `at`."""
        limit = at + 40
        while at < limit and self.value(at) not in {"(", ""}:
            at = self.skip(at) + 1
        if self.value(at) != "(":
            return Unread(first, first)
        names = self.parameters(at)
        body = self.tokens.partner[at] + 1
        if self.value(body) == ":":
            body = after_type(self.tokens, body + 1)
        if self.value(body) != "{" or self.kind(body) != "open":
            return Unread(first, max(first, body - 1))
        return Function(first, self.tokens.partner[body], names, body)

    def _class(self, at: int) -> Node:
        body = at + 1
        while self.value(body) not in {"{", ""} and body < at + 40:
            body += 1
        return Unread(at, self.tokens.partner[body]) if self.value(body) == "{" else Unread(at, at)

    def parameters(self, opened: int) -> tuple[str, ...]:
        """The names that a list of parameters binds, those inside patterns and types too: enough to know shadowing."""
        end = self.tokens.partner[opened]
        return tuple(self.value(i) for i in range(opened + 1, end) if self.kind(i) == "name")


def _quote(spelled: str) -> str:
    return "single" if spelled[0] == "'" else "double"


def _stretched(node: Node, last: int) -> Node:
    """The same node up to a later token."""
    return replace(node, last=last)


def _wrapped(node: Node, first: int, last: int) -> Node:
    """The same node with the parentheses around it."""
    return replace(node, first=first, last=last)
