"""Whether a piece of JavaScript certainly runs, and whether it ends the process, told by the tokens around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.formats import javascript as js

_MAYBE = frozenset({
    "?", "&&", "||", "??", "=>", "if", "else", "for", "while", "do", "case", "switch", "catch", "function", "class",
    "||=", "??=", "&&=",
})  # fmt: skip
_CONTROL = frozenset({"if", "for", "while", "with", "switch", "catch"})
_BLOCK = frozenset({"else", "try", "finally", "do", "catch", ";", "{", "}"})
_OBJECT = frozenset({"=", "(", ",", ":", "[", "return", "default"})
_GOES_ON = frozenset(
    {".", "?.", "(", "[", "=", "+", "-", "*", "/", "&&", "||", "??", "?", ":", "=>", ",", ";", ")", "]"}
)
_WHOLE = frozenset({"name", "string", "number", "close", "regex"})
_OPEN_WORDS = frozenset(
    {"return", "await", "throw", "new", "typeof", "const", "let", "var", "export", "import", "async"}
)


def certain(module: js.Module, at: int, scope: int) -> bool:
    """Whether what begins at a token runs whenever the block `scope` does (-1: the module), to its end or before."""
    start = at
    while True:
        if not _plain(module, at):
            return False
        holder = module.tokens.holder[at]
        if holder == scope:
            return not _left(module, scope, start)
        if holder < 0 or not _within(module, holder):
            return False
        at = holder


def _left(module: js.Module, scope: int, at: int) -> bool:
    """Whether the block may be left before a token: by a `return`, `break` or `continue` of its own."""
    here = scope + 1
    while here < at:
        if module.value(here) in {"return", "break", "continue"} and module.value(here - 1) not in {".", "?."}:
            return not _begins(module, here, at)
        passed = module.tokens.all[here].kind == "open" and not _is_block(module, here)
        here = (max(here, module.tokens.partner[here]) if passed else here) + 1
    return False


def _begins(module: js.Module, word: int, at: int) -> bool:
    """Whether a `return` only gives back what begins at the later token."""
    return (
        module.tokens.holder[word] in module.scopes(at)
        and ";" not in {t.value for t in module.tokens.all[word:at]}
        and all(
            not _new_line(module, i)
            for i in range(word + 1, at)
            if module.tokens.holder[i] == module.tokens.holder[word]
        )
    )


def _is_block(module: js.Module, opened: int) -> bool:
    """Whether a brace opens a block of the statements around it, no function's or class's body and no object."""
    before = module.value(opened - 1) if opened else ""
    if module.value(opened) != "{" or before != ")":
        return before in _BLOCK
    return module.value(module.tokens.partner[opened - 1] - 1) in _CONTROL


def _within(module: js.Module, opened: int) -> bool:
    """Whether a bracket only holds values: a list, an object, arguments, a part of a template."""
    word, before = module.value(opened), module.value(opened - 1) if opened else ""
    if word == "{":
        return before in _OBJECT
    return not (word == "(" and before in _CONTROL | {"function"})


def _plain(module: js.Module, at: int) -> bool:
    """Whether nothing before a token in its statement or its place of a list makes it conditional."""
    holder = module.tokens.holder[at]
    here = at - 1
    while here > holder:
        token = module.tokens.all[here]
        if token.value in _MAYBE and token.kind in {"name", "punctuation"} and module.value(here - 1) != ".":
            return False
        opened = module.tokens.partner[here] if token.kind == "close" else here
        if token.value == ")" and module.value(opened - 1) in _CONTROL:
            return False
        if token.value in {";", ","} or _new_line(module, here + 1):
            return True
        here = opened - 1
    return True


def _new_line(module: js.Module, at: int) -> bool:
    """Whether a statement begins at a token because a line does, or because a block ended."""
    before, token = module.tokens.all[at - 1], module.tokens.all[at]
    if token.value in _GOES_ON or before.kind not in _WHOLE or before.value in _OPEN_WORDS:
        return False
    return "\n" in module.text.value[before.end : token.start] or (before.value == "}" and token.kind == "name")


def fatal(module: js.Module, at: int) -> bool:
    """Whether the statement or block that begins at a token certainly throws, or ends the process as failed."""
    if module.value(at) != "{":
        return _ends(module, at)
    inside = range(at + 1, module.tokens.partner[at])
    return any(module.tokens.holder[i] == at and _ends(module, i) and certain(module, i, at) for i in inside)


def _ends(module: js.Module, at: int) -> bool:
    if module.value(at) == "throw":
        return module.value(at - 1) != "."
    words = [module.value(at + i) for i in range(4)]
    return words == ["process", ".", "exit", "("] and module.value(at + 4) not in {")", "0"}


def caught(module: js.Module, call: js.Call) -> bool:
    """Whether what a call throws, or its promise, is caught without ending the process."""
    if module.value(call.last + 1) not in {".", "?."}:
        return False
    end = call.last + 1
    while end < len(module.tokens.all) and not _new_line(module, end) and module.value(end) not in {";", ",", ")", "}"}:
        end = max(end, module.tokens.partner[end]) + 1 if module.tokens.all[end].kind == "open" else end + 1
    handlers = range(call.last + 1, end)
    return any(module.value(i) in {"catch", "then"} for i in handlers) and not any(_ends(module, i) for i in handlers)
