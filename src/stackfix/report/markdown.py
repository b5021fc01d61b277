"""A pull request's body: what breaks today, why, the change, how it was verified, the wiring before and after.

The same run gives the same bytes: no time, no number of the machine's. What is said to be verified is what the run has
shown, and nothing else. Words of the repository are obeyed by nobody (`markup`), and a secret's line is never shown.

May import outcome, catalogue, secrecy and the comments that hide findings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from stackfix import catalogue, secrecy, suppression
from stackfix.findings import Applicability
from stackfix.outcome import Status
from stackfix.report import diff, mermaid
from stackfix.report.diff import BOM
from stackfix.report.markup import code, fenced, line, linked, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from stackfix.findings import Location
    from stackfix.outcome import Outcome, Proof, Reported
    from stackfix.report.places import Places
    from stackfix.wiring import Repaired

LIMIT = 65_536
"""So many characters does GitHub take for a body; it counts one past the Basic Multilingual Plane as two."""
MOST_ENDS = 6
"""So many other ends of a finding are shown with their lines; more are counted."""
MOST_CHOICES = 5
_LONGEST = 500
"""So many characters of a sentence are shown: a name in it may be as long as its file."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a body is about: some findings of a run, which may be all, and what the run knows beside them.

    All of it as it may be told (`withheld.withhold`). `link` gives the address of a line of a file, where there is one;
    `more` is how many other findings the run has.
    """

    reported: Sequence[Reported]
    places: Places
    proof: Proof | None = None
    wiring: Repaired | None = None
    link: Callable[[str, int], str] | None = None
    more: int = 0

    @classmethod
    def of(cls, outcome: Outcome, places: Places, reported: Sequence[Reported] | None = None) -> Body:
        """The body of a whole run, or of a group of its findings."""
        told = outcome.reported if reported is None else reported
        more = len(outcome.reported) - len(told)
        return cls(told, places, outcome.proof, outcome.wiring, more=more)


def render(body: Body, limit: int = LIMIT) -> str:
    """The whole body with a final newline.

    It is kept below `limit` characters by leaving out the last findings, whole, and saying how many; then the pictures.
    What is left then is a few hundred characters, whatever the limit.
    """
    sections = ["\n".join(_section(number, one, body)) for number, one in enumerate(body.reported, 1)]
    proof = "\n".join((*_verified(body), *_silence(body)))
    for tail in (f"{_drawn(body)}{proof}", proof):
        whole = _joined(body, sections, tail)
        if size(whole) <= limit:
            return whole
        count = _fitting(sections, limit - size(_joined(body, [], tail)) - len(_MORE))
        if count:
            return _joined(body, sections[:count], tail)
    return _joined(body, [], "")


_MORE = "more "


def _fitting(sections: Sequence[str], room: int) -> int:
    """How many of the first sections fit."""
    for count, section in enumerate(sections):
        room -= size(section) + 1
        if room < 0:
            return count
    return len(sections)


def size(text: str) -> int:
    """The length of a body as forges count it: in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def _joined(body: Body, sections: Sequence[str], tail: str) -> str:
    left = len(body.reported) - len(sections)
    parts = ["\n".join(_head(body)), *sections]
    if left:
        more = _MORE if sections else ""
        parts.append(f"*{_count(left, f'{more}finding')} not shown here, since the text would be too long.*\n")
    return "\n".join((*parts, *([tail] if tail else [])))


# --- the head --------------------------------------------------------------------------------------------------------


def _head(body: Body) -> Iterator[str]:
    reported = body.reported
    if not reported:
        yield "stackfix found nothing wrong: every reference that it can judge meets what it names.\n"
        return
    fixed = sum(one.status is Status.FIXED for one in reported)
    whole = len(reported) + body.more
    found = _count(whole, "place")
    yield f"stackfix read this repository's deployment wiring as one graph, and found {found} where it doesn't hold."
    if fixed:
        some = f"{fixed} of them {'is' if fixed == 1 else 'are'} repaired here.\n"
        yield "All of it is repaired here.\n" if fixed == whole else some
    else:
        yield ""
    yield "## What breaks today\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- one finding -----------------------------------------------------------------------------------------------------


def _section(number: int, reported: Reported, body: Body) -> Iterator[str]:
    finding, places = reported.finding, body.places.of(reported)
    yield f"### {number}. {_sentence(_told(finding.message))}\n"
    path, at = finding.location.path, places.start(finding.location).line
    place = code(line(f"{path}:{at}"))
    if body.link is not None and reported.status is not Status.REVEALED:
        place = linked(place, body.link(path, at))
    yield f"{place} · {code(finding.rule.id)} · {finding.severity.value}\n"
    yield from fenced("text", _ends(reported, places))
    yield ""
    if why := _why(finding.rule.id):
        yield f"**Why it breaks.** {why[0].upper()}{why[1:]}\n"
    yield from _change(reported, places)


def _told(text: str) -> str:
    whole = secrecy.masked(text)
    return words(whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]} …")


def _sentence(text: str) -> str:
    """With a capital where it begins with a word of ours: a name keeps its own letters."""
    first, space, rest = text.partition(" ")
    return f"{first.capitalize()}{space}{rest}" if first in _FIRST_WORDS else text


_FIRST_WORDS = frozenset({"a", "an", "another", "it", "no", "nothing", "the", "this", "what", "when"})


def _ends(reported: Reported, places: Places) -> Iterator[str]:
    """Where it breaks with its line, and the other ends with theirs; several of one line together."""
    finding = reported.finding
    ends: dict[tuple[str, int], list[Location]] = {}
    for place in (finding.location, *finding.evidence):
        ends.setdefault((place.path, places.start(place).line), []).append(place)
    shown = list(ends.items())[: MOST_ENDS + 1]
    width = max(len(str(number)) for (_, number), _ in shown) + 2
    for (path, number), found in shown:
        notes = "; ".join(dict.fromkeys(secrecy.masked(place.note) for place in found if place.note))
        yield line(f"{path}:{number}{f'  {notes}' if notes else ''}")
        text = places.line(path, number)
        if text is None:
            yield f"{number:>{width}} | (not shown: this line holds a secret)"
        else:
            at = places.start(found[0]).column
            yield f"{number:>{width}} | {line(text.decode('utf-8', 'replace').removeprefix(BOM), at - 1, at)}".rstrip()
    if len(ends) > len(shown):
        yield f"and {_count(len(ends) - len(shown), 'more place')}"


@cache
def _why(rule: str) -> str:
    """The catalogue's own words, which are markdown; "" for what is in no catalogue."""
    if rule not in catalogue.ids():
        return ""
    return " ".join(catalogue.detector(rule).sections.get("Why it breaks", "").split())


_GRADES = {
    Applicability.SAFE: "**The change:**",
    Applicability.UNSAFE: "**The change** (a person should decide):",
    Applicability.MANUAL: "**By hand:**",
}


def _change(reported: Reported, places: Places) -> Iterator[str]:
    fix = reported.proposal
    if fix is not None:
        yield f"{_GRADES[fix.applicability]} {_told(fix.description)}\n"
        if reported.withheld is not None:
            yield f"*Not shown: {_told(reported.withheld)}.*\n"
        elif fix.applicability is not Applicability.MANUAL:
            yield from diff.render(fix, places)
    elif reported.status is Status.FIXED and reported.finding.remedy is not None:
        # It came to light when another fault was repaired: its edits are not edits of the tree as it is.
        yield f"**The change:** {_told(reported.finding.remedy.description)}\n"
    for choice in reported.choices[:MOST_CHOICES]:
        yield f"Either: {_told(choice.description)}\n"
        yield from diff.render(choice, places)
    if reported.reason is not None:
        verb = "No fix" if reported.status is Status.REFUSED else "Left"
        yield f"**{verb}:** {_told(reported.reason)}\n"


# --- the wiring ------------------------------------------------------------------------------------------------------


def _drawn(body: Body) -> str:
    return "".join(f"{text}\n" for text in _wiring(body))


def _wiring(body: Body) -> Iterator[str]:
    if body.wiring is None:
        return
    drawn = mermaid.pictures(body.wiring, {reported.fingerprint for reported in body.reported})
    if drawn is None:
        return
    yield "## The wiring\n"
    yield "What these findings touch, with its direct neighbours; what is red is broken.\n"
    if drawn.left_out:
        yield f"{_count(drawn.left_out, 'more component')} not drawn.\n"
    same = drawn.after == drawn.before
    yield "### As it is\n" if same else "### Before\n"
    yield from ("```mermaid", drawn.before, "```", "")
    if same:
        return
    yield "### After\n"
    if drawn.broken:
        yield "What is red still is not repaired here.\n"
    yield from ("```mermaid", drawn.after, "```", "")


# --- the proof -------------------------------------------------------------------------------------------------------


def _verified(body: Body) -> Iterator[str]:
    """What the run has shown, and nothing else."""
    fixes = [r for r in body.reported if r.status is Status.FIXED or (r.status is None and r.fix is not None)]
    proof = body.proof
    if proof is None or not fixes or not proof.passes:
        return
    yield "## How it was verified\n"
    gone = sum(one.status is Status.FIXED or one.fingerprint in proof.gone for one in fixes)
    made = all(one.status is Status.FIXED for one in fixes)
    yield (
        "After the repair, the whole repository was read and judged anew, by every rule, from its bytes:\n"
        if made
        else "The repairs were made in memory, and the whole repository was read and judged anew from its bytes:\n"
    )
    yield f"- **gone**: {_gone(gone, len(fixes))}"
    yield "- **parses**: every file that could be read before can be read after"
    yield "- **nothing caused**: nothing that met before has stopped meeting"
    if proof.still:
        yield "- **second look**: made once more, the repair changes nothing"
    yield (
        "- **nothing but the repair**: all bytes outside the edits are as they were: comments, quotes, indentation,"
        " line endings\n"
    )
    yield "Nothing of the repository was run for this: what builds and starts is for its own tests to say.\n"


def _gone(gone: int, of: int) -> str:
    if gone == of:
        return "the finding is not found any more" if of == 1 else f"none of the {of} findings is found any more"
    return f"{gone} of these {of} findings are not found any more"


# --- silence ---------------------------------------------------------------------------------------------------------


def _silence(body: Body) -> Iterator[str]:
    """How to hide what is meant to be so: a comment in each file's own form, or the configuration."""
    if not body.reported:
        return
    rules: dict[str, dict[str, None]] = {}
    for one in body.reported:
        rules.setdefault(one.finding.location.path, {})[one.finding.rule.id] = None
    yield "<details><summary>How to silence it</summary>\n"
    comments = list(_comments(rules))
    if comments:
        yield "Where it is meant to be so, say why in a comment alone on the line above it:\n"
        more = [f"and so in {_count(len(comments) - MOST_ENDS, 'more file')}"] if len(comments) > MOST_ENDS else []
        yield from fenced("text", (*comments[:MOST_ENDS], *more))
        yield "\nor in `stackfix.toml`, for a file or everywhere:\n"
    else:
        yield "Where it is meant to be so, say so in `stackfix.toml`, for a file or everywhere:\n"
    yield from fenced("toml", _configured(rules))
    yield "\n</details>\n"


def _comments(rules: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for path, names in rules.items():
        form = suppression.comment(path, names)
        if form is not None:
            yield f"{line(path)}:  {form}"


def _configured(rules: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """A configuration that hides the findings twice over: by rule, and by rule in a file."""
    yield f"ignore = [{_strings(name for names in rules.values() for name in names)}]"
    plain = [path for path in rules if _PLAIN_PATH.fullmatch(path)][:MOST_ENDS]
    if plain:
        yield from ("", "[per-file-ignores]")
    for path in plain:
        yield f'"{path if "/" in path else f"/{path}"}" = [{_strings(rules[path])}]'


_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./ -]{1,100}")
"""Paths that are globs of themselves, and need no escapes in TOML."""


def _strings(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in dict.fromkeys(names))
