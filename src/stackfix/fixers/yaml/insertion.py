"""Putting a new entry or item into a collection that stands in a document: which characters, and where.

May import formats, repairs, the site and the writing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.fixers.yaml import writing
from stackfix.formats import yaml
from stackfix.repairs.set_entry import Entries

if TYPE_CHECKING:
    from stackfix.fixers.yaml.site import Site
    from stackfix.repairs.set_entry import Plain

_COMMENT = re.compile(r"(?:^|[ \t])#", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Splice:
    """Put `new` for characters `start` to `end`."""

    start: int
    end: int
    new: str


Member = yaml.Item | yaml.Node


def into(site: Site, holder: yaml.Mapping | yaml.Sequence, at: int, name: str | None, value: Plain) -> Splice:
    """Put a value (in a mapping under `name`) behind the member with index `at` of a collection that has members."""
    look = writing.style(site, members(holder))
    if holder.flow:
        return _into_flow(site, holder, at, _flow_words(site, holder, name, value, look))
    start = first(site, holder, holder.items[at])
    column = site.column(start)
    if not _alone(site, holder, start):
        raise Refused("the entry is not at the start of its line")
    last = holder.items[at]
    if isinstance(last, yaml.Mapping) and last.flow and isinstance(value, Entries):
        padded = site.characters.startswith("{ ", last.start)
        lines = ["-" + " " * look.gap + writing.flow_value(value, look, padded=padded)]
    else:
        lines = _lines(name, value, column, look)
    blank = [""] if _spaced(site, holder) else []
    end = site.line_end(last.end)
    _refuse_shared_line(site, last.end, end)
    return Splice(end, end, "".join(site.feed + line for line in [*blank, _at(column, lines[0]), *lines[1:]]))


def fill(site: Site, parent: yaml.Item, value: Plain) -> Splice:
    """Put a collection as the value of an entry whose value is null, `{}` or `[]`."""
    old = parent.value
    column = site.column(parent.start)
    look = writing.style(site, ())
    end = site.line_end(parent.end)
    rest = site.characters[parent.end : end]
    if old.head != old.start or isinstance(old, yaml.Alias) or (rest.strip() and not rest.lstrip().startswith("#")):
        raise Refused("the empty value is not alone on its line")
    lines = writing.entry("k", value, column, look)[1:]
    start = old.start
    while site.characters[start - 1] in " \t":
        start -= 1
    if not old.start < old.end:
        start = old.start
        return Splice(end, end, "".join(site.feed + line for line in lines))
    return Splice(start, end, rest.rstrip() + "".join(site.feed + line for line in lines))


def members(holder: yaml.Mapping | yaml.Sequence) -> tuple[yaml.Node, ...]:
    """The values in a collection."""
    if isinstance(holder, yaml.Mapping):
        return tuple(item.value for item in holder.items)
    return holder.items


def _lines(name: str | None, value: Plain, column: int, look: writing.Style) -> list[str]:
    if name is not None:
        return writing.entry(name, value, column, look)
    return writing.element(value, column, look)


def _at(column: int, line: str) -> str:
    return " " * column + line


def first(site: Site, holder: yaml.Mapping | yaml.Sequence, member: Member) -> int:
    """The first character of a member of a block collection: of its key, or its dash."""
    start = member.start if isinstance(member, yaml.Item) else member.head
    if isinstance(holder, yaml.Mapping):
        return start
    before = site.characters.rfind("-", holder.start, max(start, holder.start + 1))
    return before if before >= 0 else holder.start


def _alone(site: Site, holder: yaml.Mapping | yaml.Sequence, start: int) -> bool:
    """Whether only white space and the dashes of lists around it stand before a member."""
    before = site.characters[site.line_start(start) : start]
    return not before.replace("-", " ").strip(" ") and not (before.strip() and holder.head != holder.start)


def _refuse_shared_line(site: Site, start: int, end: int) -> None:
    rest = site.characters[start:end].strip()
    if rest and not rest.startswith("#"):
        raise Refused("something else stands on the same line")


def _spaced(site: Site, holder: yaml.Mapping | yaml.Sequence) -> bool:
    """Whether a blank line stands between any two members."""
    starts = [first(site, holder, member) for member in holder.items[1:]]
    ends = [member.end for member in holder.items[:-1]]
    return bool(starts) and all(
        any(not line.strip() for line in site.characters[end:start].split("\n")[1:-1])
        for end, start in zip(ends, starts, strict=True)
    )


def _flow_words(
    site: Site, holder: yaml.Mapping | yaml.Sequence, name: str | None, value: Plain, look: writing.Style
) -> str:
    sample = next((m for m in members(holder) if isinstance(m, yaml.Mapping) and m.flow), None)
    padded = sample is not None and site.characters.startswith("{ ", sample.start)
    words = writing.flow_value(value, look, padded=padded)
    if name is None:
        return words
    as_json = all(isinstance(i.key, yaml.Scalar) and i.key.style == "double" for i in _items(holder))
    spelled = writing.quoted(name, '"') if as_json else writing.key(name, look, flow=True)
    return f"{spelled}: {words}"


def _items(holder: yaml.Mapping | yaml.Sequence) -> tuple[yaml.Item, ...]:
    return holder.items if isinstance(holder, yaml.Mapping) else ()


def _into_flow(site: Site, holder: yaml.Mapping | yaml.Sequence, at: int, words: str) -> Splice:
    """Behind a member in braces or brackets: on a line of its own where the others are."""
    text = site.characters
    if text[holder.start] not in "{[":
        raise Refused("the mapping has no braces to add to")
    last = holder.items[at]
    comma = re.compile(r"\s*,").match(text, last.end)
    end = comma.end() if comma else last.end
    start = last.start if isinstance(last, yaml.Item) else last.head
    own_line = not text[site.line_start(start) : start].strip()
    if not own_line:
        return Splice(end, end, f" {words}," if comma else f", {words}")
    stop = site.line_end(end)
    rest = text[end:stop]
    if rest.strip() and not rest.lstrip().startswith("#"):
        return Splice(end, end, f" {words}," if comma else f", {words}")
    line = site.feed + text[site.line_start(start) : start] + words
    return Splice(end, stop, f"{rest}{line}," if comma else f",{rest}{line}")


def has_comment(site: Site, start: int, end: int) -> bool:
    """Whether a comment may stand among these characters, which hold no scalar."""
    return _COMMENT.search(site.characters[start:end]) is not None
