"""What a script puts in place of placeholders: sed, perl and envsubst with the files that they read.

Files that a script copies first stand for what they were copied from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph.command import expand, literal
from stackfix.graph.script_words import said
from stackfix.graph.value import Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Location
    from stackfix.formats import shell
    from stackfix.graph.script_steps import Folder

_EDITORS = frozenset({"sed", "gsed", "perl"})
_OPEN = frozenset({"awk", "gawk", "m4", "gomplate", "jinja2", "j2", "mustache", "esh", "ytt", "yq", "confd"})
_COPIES = frozenset({"cp", "install", "mv"})
_HIDDEN = "\0"
_SUBSTITUTE = re.compile(
    r"(?:^|[;\n{}&\s])[ \t]*(?:\d+,?\d*|/[^/\n]*/)?[ \t]*s([^\w\s\\])((?:\\.|(?!\1)[^\\\n])*)\1", re.DOTALL
)
_LISTED = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")
_IN_DOUBLE = re.compile(r"\"(?:\s*,?\s*\$\{?[A-Za-z_]\w*\}?)+\s*\"")
_SEVERAL = 2
_SPACES = re.compile(r"\[\[:space:\]\]\*|\\s\*|[ ]\*|\[ \]\*")


@dataclass(frozen=True, slots=True)
class Substitution:
    """What one command replaces in its files.

    `patterns` are placeholders as a file writes them. `everything`: what else it replaces nobody can tell, or
    `variables`: every `${NAME}`. `files` are those that it reads or edits; none known: they may be any. `swallowed` is
    a list of variables in double quotes: the shell fills it in, and what reads it finds no name.
    """

    patterns: frozenset[str]
    files: tuple[Template, ...]
    folder: Folder | None
    location: Location
    everything: bool = False
    variables: bool = False
    swallowed: Text | None = None


def substitutions(
    document: shell.Script, variables: Mapping[str, Template], folders: tuple[Folder | None, ...]
) -> Iterator[Substitution]:
    """Every command of a script that replaces something, in order."""
    copies = _copies(document.commands)
    for index, command in enumerate(document.commands):
        place = located(command.text)
        name = (command.name or "").rpartition("/")[2]
        if place is None or name not in {*_EDITORS, *_OPEN, "envsubst"}:
            continue
        words = [expand(said(w), {}) for w in command.words[1:]]
        files = tuple(_files(document.commands, index, copies, variables))
        if name in _OPEN:
            yield Substitution(frozenset(), files, folders[index], place, everything=True)
        elif name == "envsubst":
            listed = [_said(w) for w in words if _said(w).lstrip().startswith("$")]
            patterns = frozenset("${" + m + "}" for one in listed for m in _LISTED.findall(one))
            hidden = any(_HIDDEN in one for one in listed) or any(literal(w) is None for w in words)
            swallowed = next((w.text for w in command.words[1:] if _is_swallowed(w.text.value, variables)), None)
            every = not listed
            yield Substitution(patterns, files, folders[index], place, hidden, variables=every, swallowed=swallowed)
        else:
            expressions = _expressions(words)
            found = [_patterns(_said(e)) for e in expressions]
            every = not expressions or any(one is None for one in found)
            patterns = frozenset(p for one in found if one is not None for p in one)
            yield Substitution(patterns, files, folders[index], place, every)


def _is_swallowed(word: str, variables: Mapping[str, Template]) -> bool:
    """Whether a word is nothing but variables in double quotes, none of which is itself such a list."""
    names = _LISTED.findall(word)
    if len(names) < _SEVERAL or not _IN_DOUBLE.fullmatch(word):
        return False
    held = [part for name in names if name in variables for part in variables[name].parts]
    return not any("$" in part.value for part in held if isinstance(part, Text))


def _said(word: Template) -> str:
    """The characters of a word, with a mark for what only a run knows."""
    return "".join(part.value if isinstance(part, Text) else _HIDDEN for part in word.parts)


def _expressions(words: list[Template]) -> list[Template]:
    """The programs of sed or perl among their arguments."""
    found: list[Template] = []
    takes = False
    for word in words:
        value = _said(word)
        if takes or (not found and not value.startswith("-")):
            found.append(word)
            takes = False
        elif re.fullmatch(r"-[a-zA-Z]*e|--expression", value):
            takes = True
        elif value.startswith("--expression="):
            found.append(Template.literal(Text.unwritten(value.partition("=")[2])))
    return found


def _patterns(expression: str) -> tuple[str, ...] | None:
    """What the `s` commands of an expression look for, unescaped; None where that is no plain text."""
    found = []
    for match in _SUBSTITUTE.finditer(expression):
        pattern = _SPACES.sub("", match[2])
        plain = re.sub(r"\\([^\w])", r"\1", pattern)
        if _HIDDEN in plain or re.search(r"\[[^\]]+\]|\.\*|\.\+|\\w|\\[(|]", pattern):
            return None
        found.append(plain)
    return tuple(found)


# --- files ------------------------------------------------------------------------------------------------------------


def _copies(commands: tuple[shell.Command, ...]) -> dict[str, list[shell.Word]]:
    """What each written-to file, as the script writes its name, was made from."""
    found: dict[str, list[shell.Word]] = {}
    for command in commands:
        words = [w for w in command.words[1:] if not w.text.value.startswith("-")]
        if command.name in _COPIES and len(words) == 2:  # noqa: PLR2004 - FROM TO
            found.setdefault(_key(words[1]), []).append(words[0])
        targets = [r.target for r in command.redirects if r.operator.lstrip("1") in {">", ">>"}]
        read = [r.target for r in command.redirects if r.operator.lstrip("0") == "<"]
        for target in targets:
            found.setdefault(_key(target), []).extend([*words, *read])
    return found


def _key(word: shell.Word) -> str:
    return re.sub(r"[\"'{}]", "", word.text.value)


def _files(
    commands: tuple[shell.Command, ...],
    index: int,
    copies: Mapping[str, list[shell.Word]],
    variables: Mapping[str, Template],
) -> Iterator[Template]:
    """All words of a pipe that may be files, and what those were copied from."""
    pipe = [commands[index]]
    at = index
    while at and commands[at].lead == "|":
        at -= 1
        pipe.append(commands[at])
    every = [w for c in pipe for w in c.words[1:]]
    every += [r.target for c in pipe for r in c.redirects if r.operator.lstrip("0") in {"<", "<<<"}]
    seen: set[str] = set()
    while every:
        word = every.pop(0)
        if _key(word) in seen:
            continue
        seen.add(_key(word))
        every += copies.get(_key(word), [])
        value = expand(said(word), variables)
        if value.parts and not any(isinstance(p, Symbol) and p.name.startswith("@for") for p in value.parts):
            yield value
