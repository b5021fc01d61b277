"""Whether a script says nothing that only bash understands: then any `sh` runs it alike.

Source: POSIX.1-2017, Shell Command Language; ShellCheck's SC2039 and SC3xxx. In doubt it is bash's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.formats import shell
from stackfix.text import Unreadable

if TYPE_CHECKING:
    from stackfix.formats.shell import Command, Part
    from stackfix.text import Text

_ONLY_BASH = frozenset(
    {
        "[[",
        "((",
        "let",
        "source",
        ".",
        "eval",
        "declare",
        "typeset",
        "local",
        "shopt",
        "mapfile",
        "readarray",
        "coproc",
        "select",
        "pushd",
        "popd",
        "dirs",
        "disown",
        "enable",
        "builtin",
        "caller",
        "compgen",
        "complete",
        "help",
        "hash",
        "history",
        "logout",
        "suspend",
        "time",
        "function",
        "bind",
        "trap",
    }
)
_TOKENS = re.compile(
    r"\[\[|\(\(|<<<|<\(|>\(|&>|>&\s*[^\d\s-]|\|&|;;?&|\$['\"\[]|\$\{[!^]|\$\{\w+(?:\[|\^|,|/|:\s*[\d$(]|@)|[+]="
    r"|\$\{?(?:BASH\w*|RANDOM|EUID|UID|SECONDS|PIPESTATUS|FUNCNAME|HOSTNAME|HOSTTYPE|OSTYPE|SHLVL|DIRSTACK|GROUPS"
    r"|REPLY|EPOCH\w+)\b|pipefail|\bfunction\s|\bbash\b|\{\w*(?:\.\.|,)\w*\}|\btype\s+-|\bwait\s+-n|\bexec\s+-[acl]\b"
    r"|\bset\s+(?:-\w*[ETBHP]|-o\s)|\bexport\s+-|\bkill\s+-SIG|\bprintf\s+-v|%\(|\becho\s+-|\bread\s+-(?!r\s)"
)
_DECLARED = re.compile(r"^#!.*$", re.MULTILINE)
_ARITHMETIC = re.compile(r"\$\(\(")


def is_posix(text: Text) -> bool:
    """Whether a script, `#!` aside, is plain POSIX and reads no other file."""
    body = _ARITHMETIC.sub("$", _DECLARED.sub("", text.value, count=1))
    if _TOKENS.search(body) or "\r" in body:
        return False
    try:
        commands = shell.read(text).commands
    except Unreadable:
        return False
    return all(_plain(command) for command in commands)


def _plain(command: Command) -> bool:
    name = command.name
    if name in _ONLY_BASH or (command.words and name is None and not _by_parameter(command)):
        return False
    if name in {"[", "test"} and any(
        w.literal is not None and w.literal.value in {"==", "=~", "-v", "<", ">"} for w in command.words
    ):
        return False
    parts = [part for word in command.words for part in word.parts]
    parts += [part for one in command.assignments for part in one.value.parts]
    return not any(one.append for one in command.assignments) and all(_known(part) for part in parts)


def _by_parameter(command: Command) -> bool:
    """`"$@"` and `$COMMAND` are run alike by every shell."""
    return all(isinstance(part, shell.Parameter) for part in command.words[0].parts)


def _known(part: Part) -> bool:
    return not (isinstance(part, shell.Dynamic) and part.kind in {"ansi", "array", "process"})
