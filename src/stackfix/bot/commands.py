"""What people ask for in comments: `/stackfix rebase`, `/stackfix ignore RULE`, `/stackfix apply-unsafe`.

A command is a line of its own; one that is quoted or set as code is none.

May not import anything of stackfix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Verb(Enum):
    """What can be asked for."""

    REBASE = "rebase"
    IGNORE = "ignore"
    APPLY_UNSAFE = "apply-unsafe"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `rule` is what `ignore` names. `UNKNOWN` is a line that is none."""

    verb: Verb
    rule: str = ""


USAGE = """\
I know these, each on a line of its own, from people who may push to this repository:

- `/stackfix rebase` makes the branch anew on top of its base
- `/stackfix ignore RULE` closes what that rule proposed, and leaves the rule alone from now on
- `/stackfix apply-unsafe` adds the fixes that a person should decide to this pull request"""

_MOST = 10
"""Commands of one comment that are obeyed."""

_LINE = re.compile(r" {0,3}/stackfix(?=\s|$)(?P<words>.*)")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")
_RULE = re.compile(r"[a-z][a-z0-9-]{0,60}")


def commands(comment: str) -> tuple[Command, ...]:
    """The commands of a comment, in order, each once."""
    found: dict[Command, None] = {}
    fence = ""
    for line in comment.splitlines():
        if matched := _FENCE.match(line):
            if not fence:
                fence = matched["fence"]
            elif line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif not fence and (matched := _LINE.fullmatch(line)):
            found[_command(matched["words"].split())] = None
    return tuple(found)[:_MOST]


def _command(words: list[str]) -> Command:
    match words:
        case ["rebase"]:
            return Command(Verb.REBASE)
        case ["apply-unsafe"]:
            return Command(Verb.APPLY_UNSAFE)
        case ["ignore", rule] if _RULE.fullmatch(rule.strip("`")):
            return Command(Verb.IGNORE, rule.strip("`"))
        case _:
            return Command(Verb.UNKNOWN)
