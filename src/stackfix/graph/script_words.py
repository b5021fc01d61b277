"""What the words of a shell script say: its own variables put in, and who gives what only a run knows.

A positional parameter is the Symbol `@1` (`@*` for all of them), the variable of a loop `@for NAME`: places of a script
that only this file's readers follow; to everybody else they are unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.formats import shell
from stackfix.graph.command import expand, literal, of_word
from stackfix.graph.value import Opaque, Symbol, Template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SCRIPT_FOLDER = re.compile(
    r"^[$`]\(?\s*(?:cd\s+(?:-P\s+)?(?:--\s+)?)?\"?[$`]\(?\s*dirname\s+(?:--\s+)?\"?(?:\$0|\$\{?BASH_SOURCE(?:\[0\])?\}?|"
    r"\$\(readlink -f \"?\$0\"?\))\"?\s*[)`](?P<up>(?:/\.\.)*(?:/[\w.-]+)*)\"?"
    r"(?:\s*(?:>\s*/dev/null\s*(?:2>&1)?)?\s*&&\s*pwd(?:\s+-P)?)?\s*[)`]?$"
)
_PLAIN_FOLDER = re.compile(r"^[$`]\(?\s*dirname\s+(?:--\s+)?\"?(?:\$0|\$\{?BASH_SOURCE(?:\[0\])?\}?)\"?\s*[)`]$")
_ROOT = re.compile(r"^[$`]\(?\s*git rev-parse --show-toplevel.*[)`]$")
LOOP = "@for "


def variables(commands: tuple[shell.Command, ...]) -> Mapping[str, Template]:
    """What each variable holds; unknown where it is set twice or added to, a Symbol where a loop gives it."""
    found: dict[str, Template] = {}
    for command in commands:
        for block in command.blocks:
            if block.kind == "for" and block.name:
                found[block.name] = Template((Symbol(LOOP + block.name),))
        for assigned in assignments(command):
            name = assigned.name.value
            value = expand(said(assigned.value), found)
            known = found.get(name)
            again = known is not None and (literal(known) != literal(value) or _given(known) != _given(value))
            found[name] = Template.unknown() if assigned.append or again else value
        if command.name == "read":
            found.update({w.text.value: Template.unknown() for w in command.words[1:] if w.text.value.isidentifier()})
    return found


def _given(value: Template) -> tuple[str, ...]:
    return tuple(part.name for part in value.parts if isinstance(part, Symbol))


def assignments(command: shell.Command) -> Iterator[shell.Assignment]:
    """What a command sets for the rest of the script."""
    if not command.words:
        yield from command.assignments
    elif command.name in {"export", "declare", "local", "readonly", "typeset"}:
        for word in command.words[1:]:
            assigned = shell.assignment(word)
            if assigned is not None:
                yield assigned


def said(word: shell.Word) -> Template:
    """A word, the idioms for the script's own folder and the repository's root told apart."""
    parts = of_word(word).parts
    if len(parts) != len(word.parts):
        return Template(parts)
    found = tuple(_special(raw) or part for raw, part in zip(word.parts, parts, strict=True))
    return Template(found)


def _special(raw: shell.Part) -> Symbol | Opaque | None:
    if isinstance(raw, shell.Dynamic):
        return _idiom(raw.text.value)
    if isinstance(raw, shell.Parameter) and not raw.operator:
        if raw.name.isdecimal():
            return Symbol("@" + raw.name)
        return Symbol("@*") if raw.name in {"@", "*"} else None
    return None


def _idiom(written: str) -> Symbol | Opaque:
    match = _SCRIPT_FOLDER.match(written) or _PLAIN_FOLDER.match(written)
    if match:
        return Symbol("@script" + (match.groupdict().get("up") or ""))
    return Symbol("@root") if _ROOT.match(written) else Opaque()
