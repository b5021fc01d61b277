"""Where TypeScript's types end: arguments of types, annotations, and whether brackets are an arrow's parameters.

May import the tokens of JavaScript.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.formats.javascript_tokens import Tokens

_LONGEST = 120
_IN_TYPE = frozenset({".", ",", "|", "&", "<", ">", ":", "?", "=>", ";", "[", "(", "{", "-", "..."})
_JOINS = frozenset({"|", "&", ".", "extends", "is", "keyof", "typeof", "readonly", "asserts", "infer", "unique"})


def _value(tokens: Tokens, at: int) -> str:
    return tokens.all[at].value if 0 <= at < len(tokens.all) else ""


def _skip(tokens: Tokens, at: int) -> int:
    return max(at, tokens.partner[at]) if tokens.all[at].kind == "open" else at


def after_arguments(tokens: Tokens, at: int) -> int | None:
    """The `(` behind type arguments that begin with the `<` at a token; None where they are none."""
    depth = 0
    for _ in range(_LONGEST):
        token = tokens.all[at] if at < len(tokens.all) else None
        if token is None or token.kind in {"close", "regex", "quasi"}:
            return None
        if token.kind in {"punctuation", "open"} and token.value not in _IN_TYPE:
            return None
        depth += (token.value == "<") - (token.value == ">")
        at = _skip(tokens, at) + 1
        if depth == 0:
            return at if _value(tokens, at) == "(" else None
    return None


def after_type(tokens: Tokens, at: int) -> int:
    """The token behind the type that begins at a token."""
    expects = True
    while at < len(tokens.all):
        token = tokens.all[at]
        if token.kind != "string" and token.value in _JOINS:
            expects = True
        elif token.value == "<" and not expects:
            at = _after_angles(tokens, at)
            continue
        elif token.value == "[" and token.kind == "open":
            expects = False
        elif token.kind in {"name", "string", "number", "open"} and expects:
            # The parameters of a function type are followed by its result.
            expects = token.value == "(" and _value(tokens, _skip(tokens, at) + 1) == "=>"
            at += (_skip(tokens, at) + 1 - at) if expects else 0
        else:
            return at
        at = _skip(tokens, at) + 1
    return at


def _after_angles(tokens: Tokens, at: int) -> int:
    depth = 0
    while at < len(tokens.all):
        token = tokens.all[at]
        if token.kind == "close" or token.value == ";":
            return at
        depth += (token.value == "<") - (token.value == ">")
        at = _skip(tokens, at) + 1
        if depth == 0:
            return at
    return at


def arrow_at(tokens: Tokens, at: int) -> int | None:
    """The `=>` of an arrow function that begins at a token; None where none does."""
    if _value(tokens, at) == "async" and _value(tokens, at + 1) != "=>":
        at += 1
    if at >= len(tokens.all):
        return None
    token = tokens.all[at]
    if token.kind == "name":
        return at + 1 if _value(tokens, at + 1) == "=>" else None
    if token.value != "(" or token.kind != "open":
        return None
    after = tokens.partner[at] + 1
    if _value(tokens, after) == "=>":
        return after
    if _value(tokens, after) == ":":
        end = after_type(tokens, after + 1)
        return end if _value(tokens, end) == "=>" else None
    return None
