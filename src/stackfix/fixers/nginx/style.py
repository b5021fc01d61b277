"""How the neighbours write: indentation, line ends, columns, quotes, braces. New lines are written the same way."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats import nginx

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DEFAULT_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Style:
    """What is common to a document: its line end, one level of indentation, its quote, and the one of empty words."""

    feed: str
    unit: str
    quote: str
    empty: str


def style_of(document: nginx.Document) -> Style:
    """The manner of a document, by what most of it does."""
    value = document.text.value
    feed = "\r\n" if "\r\n" in value else "\n"
    units = Counter(_units(value, document.directives))
    unit = max(units, key=lambda one: (units[one], -len(one)), default=_DEFAULT_INDENT)
    quotes = Counter(
        value[start]
        for directive in nginx.walk(document.directives)
        for start, _ in directive.words[1:]
        if value[start] in "\"'"
    )
    single = quotes["'"] > quotes['"']
    return Style(feed, unit, "'" if single else '"', "'" if single or not quotes else '"')


def _units(value: str, directives: Iterable[nginx.Directive]) -> Iterable[str]:
    for directive in nginx.walk(tuple(directives)):
        outer = indent(value, directive.start)
        for child in directive.block or ():
            inner = indent(value, child.start)
            if starts_line(value, child.start) and inner.startswith(outer) and inner != outer:
                yield inner[len(outer) :]


def indent(value: str, at: int) -> str:
    """The white space that the line of an offset begins with."""
    start = value.rfind("\n", 0, at) + 1
    found = re.compile(r"[ \t]*").match(value, start)
    return found.group() if found else ""


def starts_line(value: str, at: int) -> bool:
    """Whether nothing but white space stands before it on its line."""
    return not value[value.rfind("\n", 0, at) + 1 : at].strip(" \t")


def line_end(value: str, at: int) -> int:
    """The offset of the line break behind it (of its CR), or of the end."""
    feed = value.find("\n", at)
    end = len(value) if feed < 0 else feed
    return end - 1 if end > at and value[end - 1] == "\r" else end


def ends_line(value: str, at: int) -> bool:
    """Whether nothing but white space or a comment follows on its line."""
    rest = value[at : line_end(value, at)].strip(" \t")
    return not rest or rest.startswith("#")


def written(words: Sequence[str], siblings: Sequence[nginx.Directive], style: Style) -> str:
    """A directive in one line, its arguments spelled and put into columns as its neighbours' are."""
    line = nginx.spell(words[0], style.quote if words[0] else style.empty)
    same = [one for one in siblings if one.keyword == words[0]]
    for index, word in enumerate(words[1:]):
        column = _column(same, index) or (_column(siblings, index) if index == 0 else None)
        gap = max(column - len(line), 1) if column is not None else 1
        line += " " * gap + _spelled(word, same, index, style)
    return line + ";"


def verbatim(directive: nginx.Directive) -> str:
    """A directive without a block in one line, its words as they are spelled elsewhere, in their columns."""
    head = directive.head.value
    return collapsed(directive) if "\n" in head else head + ";"


def collapsed(directive: nginx.Directive) -> str:
    """The same with single spaces between the words."""
    value = directive.source.text.value
    return " ".join(value[start:end] for start, end in directive.words) + ";"


def _spelled(word: str, same: Sequence[nginx.Directive], index: int, style: Style) -> str:
    """The word, quoted where all neighbours of its kind quote that argument."""
    firsts = {one.source.text.value[one.words[index + 1][0]] for one in same if len(one.words) > index + 1}
    if len(same) > 1 and firsts in ({'"'}, {"'"}):
        return nginx.spell(word, firsts.pop(), bare=False)
    return nginx.spell(word, style.quote if word else style.empty)


def _column(siblings: Sequence[nginx.Directive], index: int) -> int | None:
    """The column from the name on in which all of them have an argument, if some needed padding to reach it."""
    columns = set()
    padded = False
    for one in siblings:
        if len(one.words) <= index + 1 or one.block is not None:
            continue
        before, after = one.words[index][1], one.words[index + 1][0]
        value = one.source.text.value[one.start : after]
        if "\n" in value or "\t" in value:
            return None
        columns.add(after - one.start)
        padded = padded or after - before > 1
    return columns.pop() if padded and len(columns) == 1 else None


def brace(siblings: Sequence[nginx.Directive], style: Style, margin: str) -> str:
    """What stands between a block's arguments and its `{`: a space, or the neighbours' line break."""
    for one in siblings:
        if one.opening is not None:
            between = one.source.text.value[one.words[-1][1] : one.opening]
            return style.feed + margin if "\n" in between else " "
    return " "
