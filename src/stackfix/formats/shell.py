"""Shell: a script, or one command string, as simple commands in the order written, each with the blocks around it.

Reads POSIX sh and bash alike; what it can't follow is `Unreadable`, never misread. Offsets count characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.formats.shell_commands import ASSIGNED, Reader
from stackfix.formats.shell_nodes import Assignment, Block, Command, Heredoc, Redirect
from stackfix.formats.shell_words import Dynamic, Parameter, Part, Word
from stackfix.formats.spelling import decoded, within
from stackfix.text import Slicer, Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Assignment", "Block", "Command", "Dynamic", "Heredoc", "Parameter", "Part", "Redirect", "Script", "Word"]


@dataclass(frozen=True, slots=True)
class Script:
    """A whole text. `shebang` is its first line without `#!`, where it has one."""

    text: Text
    commands: tuple[Command, ...]
    shebang: Text | None = None


def read(text: Text) -> Script:
    """All simple commands of a script, by where they begin."""
    return Script(text, Reader(text).commands(), _shebang(text))


def words(text: Text) -> tuple[Word, ...]:
    """The words of one simple command, assignments before it included; Unreadable where it is more than that."""
    commands = tuple(c for c in read(text).commands if not any(b.kind == "substitution" for b in c.blocks))
    if len(commands) != 1 or commands[0].blocks or commands[0].redirects or commands[0].follow == "&":
        raise Unreadable("not one simple command")
    reader = Reader(text)
    assigned = tuple(reader.scanner.word(_offset(commands[0], a)) for a in commands[0].assignments)
    return assigned + commands[0].words


def split(text: Text) -> tuple[Text, ...]:
    """Words without a shell: quotes and backslashes as in a shell, `$`, `;` and `&&` mere characters (Compose's)."""
    found: list[Text] = []
    slicer, at = Slicer(text), 0
    while at < len(text.value):
        if text.value[at].isspace():
            at += 1
            continue
        parts, at = _split_word(slicer, at)
        found.append(Text.join(parts))
    return tuple(found)


def resolve(document: Script, steps: Sequence[str | int]) -> Script | Command | Word | Assignment | None:
    """Steps: a command's number, then its word's number, or a variable's name for an assignment."""
    if not steps:
        return document
    index = steps[0]
    if not isinstance(index, int) or not 0 <= index < len(document.commands):
        return None
    command = document.commands[index]
    if len(steps) == 1:
        return command
    step = steps[1]
    if isinstance(step, int):
        return command.words[step] if 0 <= step < len(command.words) else None
    return next((a for a in command.assignments if a.name.value == step), None)


_SAFE = re.compile(r"[\w@%+=:,./-]*", re.ASCII)
_SEVERAL_LINES = frozenset({"shell:single", "shell:double", "shell:quoted"})
_SPECIAL = {
    "shell:plain": (r"([^\w@%+=:,./-])", r"\\\1"),
    "shell:single": ("'", r"'\\''"),
    "shell:double": (r'([$`"\\])', r"\\\1"),
    "shell:word": (r"([\s'\"\\])", r"\\\1"),
    "shell:quoted": (r'(["\\])', r"\\\1"),
    "shell:heredoc": (r"([$`\\])", r"\\\1"),
    "shell:heredoc_raw": ("(?!)", ""),
}
"""What must be spelled otherwise inside each quoting, and how."""
_OPERAND_SAFE = re.compile(r"[\w@%+=:,./ -]*", re.ASCII)


def encode(quoting: str, new: str) -> str:
    """`new` as it is spelled inside a quoting of this module. Refused where it can't stand there."""
    if "\0" in new or "\r" in new or ("\n" in new and quoting not in _SEVERAL_LINES):
        raise Refused("a shell word can't hold that character there")
    if quoting == "shell:plain" and _SAFE.fullmatch(new):
        return new
    if quoting in {"shell:operand", "shell:double_operand"}:
        if not _OPERAND_SAFE.fullmatch(new):
            raise Refused("a parameter's default can't hold it exactly")
        return new.replace(" ", "\\ ") if quoting == "shell:operand" else new
    special = _SPECIAL.get(quoting)
    if special is None:
        raise Refused("the shell's quoting there can't hold it")
    pattern, spelled = special
    return re.sub(pattern, spelled, new, flags=re.ASCII)


def assignment(word: Word) -> Assignment | None:
    """`NAME=value` as the argument of `export`, `env` or `declare`; None where it is none."""
    first = word.parts[0] if word.parts else None
    match = ASSIGNED.match(first.value) if isinstance(first, Text) else None
    if match is None or not isinstance(first, Text) or match.group(2):
        return None
    rest = (first.slice(match.end(), len(first.value)), *word.parts[1:])
    if not rest[0] and len(rest) > 1:
        rest = rest[1:]
    start = word.start + match.end()
    at = word.text.value.find("=") + 1
    value = Word(rest, word.text.slice(at, len(word.text.value)), start, word.end, word.pattern, word.quoted)
    return Assignment(first.slice(0, match.end(1)), value)


def _shebang(text: Text) -> Text | None:
    match = re.match(r"#!([^\r\n]*)", text.value)
    return text.group(match, 1) if match else None


def _offset(command: Command, assigned: Assignment) -> int:
    """Where an assignment of a command begins."""
    index = command.assignments.index(assigned)
    at = command.start if not index else command.assignments[index - 1].value.end
    return command.text.value.index(assigned.name.value, at - command.start) + command.start


_SPLIT = re.compile(r"[^\s\\'\"]+|'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)", re.DOTALL)


def _split_word(slicer: Slicer, at: int) -> tuple[list[Text], int]:
    value = slicer.text.value
    found: list[Text] = []
    while at < len(value) and not value[at].isspace():
        match = _SPLIT.match(value, at)
        if match is None:
            raise Unreadable(f"a {value[at]} is never closed", at)
        if match.group(1) is not None:
            found.append(within(slicer.slice(*match.span(1)), "shell:single"))
        elif match.group(2) is not None:
            found.append(_split_double(slicer, *match.span(2)))
        else:
            plain = slicer.slice(*match.span(3)) if match.group(3) else slicer.slice(*match.span())
            found.append(within(plain, "shell:word"))
        at = match.end()
    return found, at


def _split_double(slicer: Slicer, start: int, end: int) -> Text:
    found: list[Text] = [within(slicer.slice(start, start), "shell:quoted")]
    for match in re.compile(r"[^\\]+|\\.", re.DOTALL).finditer(slicer.text.value, start, end):
        piece = slicer.slice(*match.span())
        escaped = match.group()[1:] in {'"', "\\"} if match.group()[0] == "\\" else False
        found.append(decoded(piece, match.group()[1], "shell:quoted") if escaped else within(piece, "shell:quoted"))
    return Text.join(found)
