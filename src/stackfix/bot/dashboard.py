"""The dashboard: one issue with everything that was found, and boxes by which a person asks for a repair.

What people asked for here is remembered in the issue itself: in its boxes, and in a comment that nobody sees. Pure.

May import boxes of this package, pulls and report's markup.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.bot import boxes
from stackfix.findings import Applicability, Severity
from stackfix.pulls.plan import Fate
from stackfix.report import markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stackfix.pulls.propose import Fault, Group, Proposed

_MOST = 55_000
"""Characters of the text: GitHub takes 65,536."""

_COMMENT = re.compile(r"<!-- stackfix-dashboard (\{[^<>]*\}) -->")
_FAULT = re.compile(r"[0-9a-f]{16}")
_RULE = re.compile(r"[a-z][a-z0-9-]{0,60}")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class State:
    """What people asked for on the dashboard.

    `asked` are the faults whose boxes are ticked, `heeded` the rules that are to be heard of again; `ignored` the rules
    that aren't. `ended`: we closed it ourselves, since nothing was left.
    """

    asked: frozenset[str] = frozenset()
    heeded: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    ended: bool = False


def read(body: str) -> State:
    """What an issue's text says was asked for."""
    asked, heeded = wished(boxes.ticked(body))
    found = _COMMENT.findall(body)
    ignored, ended = _remembered(found[-1]) if found else (frozenset(), False)
    return State(asked, heeded, ignored, ended)


def wished(ticked: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The faults that boxes ask to have repaired, and the rules that they ask to hear of again."""
    pairs = [box.partition("=")[::2] for box in ticked]
    asked = frozenset(what for verb, what in pairs if verb == "fix" and _FAULT.fullmatch(what))
    return asked, frozenset(what for verb, what in pairs if verb == "heed" and _RULE.fullmatch(what))


def _remembered(comment: str) -> tuple[frozenset[str], bool]:
    try:
        told = json.loads(comment)
    except (ValueError, RecursionError):
        return frozenset(), False
    if told.get("version") != _VERSION or not isinstance(told.get("ignored"), list):
        return frozenset(), False
    rules = (rule for rule in told["ignored"] if isinstance(rule, str) and _RULE.fullmatch(rule))
    return frozenset(rules), told.get("ended") is True


def is_needed(proposed: Proposed, state: State) -> bool:
    """Whether there is anything to show."""
    return bool(proposed.faults or state.ignored)


def render(proposed: Proposed, state: State) -> str:
    """The issue's text. The boxes of `state.asked` are ticked still."""
    parts = [_HEAD]
    if opened := [group for group in proposed.groups if group.url or group.fate is Fate.LEFT]:
        parts += ["## Pull requests", "\n".join(map(_group, opened))]
    waiting, by_hand = _sorted(proposed)
    room = _MOST - sum(map(len, parts))
    if waiting:
        lines = _within((_box(fault, state) for fault in waiting), room // 2)
        parts += ["## Ask for a repair", _ASK, "\n".join(lines)]
    if by_hand:
        parts += ["## For a person", _HAND, "\n".join(_within(map(_by_hand, by_hand), room // 2))]
    if state.ignored:
        parts += ["## Not heard of here", "\n".join(_ignored(rule, state) for rule in sorted(state.ignored))]
    if not proposed.faults:
        parts.append(f"Nothing is wrong on {markup.code(proposed.base)}.")
    return "\n\n".join([*parts, _comment(state)]) + "\n"


_HEAD = (
    "This is everything in this repository whose ends don't meet, as [stackfix](https://github.com/stackfix-wiring/stackfix)"
    " sees it. It is kept up to date with the default branch."
)
_ASK = "Tick a box, and the repair goes into a pull request. Only people who may push are heard."
_HAND = "Here both sides are known and it can't be told which one is right, or there is more than an edit to do."


def _comment(state: State) -> str:
    told: dict[str, object] = {"version": _VERSION, "ignored": sorted(state.ignored)}
    if state.ended:
        told["ended"] = True
    return f"<!-- stackfix-dashboard {json.dumps(told, separators=(',', ':'))} -->"


def _group(group: Group) -> str:
    where = f"[{markup.code(group.branch)}]({group.url})" if group.url else markup.code(group.branch)
    reason = f", left as it is: {markup.words(group.reason)}" if group.fate is Fate.LEFT else ""
    return f"- {where}{': ' + markup.words(group.title) if group.title else ''}{reason}"


def _sorted(proposed: Proposed) -> tuple[Sequence[Fault], Sequence[Fault]]:
    """What a box can ask for, and what is a person's; what is in a pull request is in neither."""
    shown = {group.branch for group in proposed.groups if group.url}
    left = [fault for fault in proposed.faults if fault.branch not in shown]
    left.sort(key=lambda fault: (_GRAVITY[fault.severity], fault.file, fault.line, fault.rule))
    may = {Applicability.SAFE, Applicability.UNSAFE}
    return [one for one in left if one.grade in may], [one for one in left if one.grade not in may]


_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def _box(fault: Fault, state: State) -> str:
    tick = "x" if fault.fingerprint in state.asked else " "
    unsafe = " (its fix is for a person to decide)" if fault.grade is Applicability.UNSAFE else ""
    return f"- [{tick}] <!-- stackfix fix={fault.fingerprint} --> {_told(fault)}{unsafe}"


def _by_hand(fault: Fault) -> str:
    return f"- {_told(fault)}"


def _told(fault: Fault) -> str:
    return f"**{fault.rule}** {markup.code(f'{fault.file}:{fault.line}')} {markup.words(fault.message)}"


def _ignored(rule: str, state: State) -> str:
    tick = "x" if rule in state.heeded else " "
    return f"- [{tick}] <!-- stackfix heed={rule} --> hear of **{rule}** again"


def _within(lines: Iterable[str], room: int) -> Iterator[str]:
    """As many lines as there is room for, and how many more there are."""
    left = 0
    for line in lines:
        room -= len(line) + 1
        if left or room < 0:
            left += 1
        else:
            yield line
    if left:
        yield f"- … and {left} more: `stackfix` tells them"
