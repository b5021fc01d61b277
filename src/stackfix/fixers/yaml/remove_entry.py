"""Take an entry out of a mapping, or an item out of a list, with its own lines and nothing else.

May import edits, formats, repairs and its siblings' ground: site, insertion.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.yaml.insertion import Member, Splice, first, has_comment
from stackfix.fixers.yaml.site import Shape, Site, prove, shape, site
from stackfix.formats import yaml

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.remove_entry import RemoveEntry


def edits(repair: RemoveEntry, library: Library) -> tuple[Edit, ...]:
    """The edit that removes it."""
    here = site(repair.anchor, library)
    if not here.steps:
        raise Refused("a whole document is not removed")
    holder = here.node(here.steps[:-1])
    if not isinstance(holder, (yaml.Mapping, yaml.Sequence)):
        raise Refused("the place is no longer there")
    at = _index(holder, here.steps[-1])
    _refuse_anchors(here, holder.items[at])
    splice = _from_flow(here, holder, at) if holder.flow else _from_block(here, holder, at)
    return prove(here, splice.start, splice.end, splice.new, {id(holder): _without(holder, at)})


def _index(holder: yaml.Mapping | yaml.Sequence, step: str | int) -> int:
    if isinstance(holder, yaml.Mapping):
        item = yaml.own(holder, str(step))
        found = next((n for n, other in enumerate(holder.items) if other is item), None)
    else:
        found = step if isinstance(step, int) and 0 <= step < len(holder.items) else None
    if found is None:
        raise Refused("the entry is not written here")
    return found


def _refuse_anchors(here: Site, member: Member) -> None:
    for top in (member.key, member.value) if isinstance(member, yaml.Item) else (member,):
        if any(id(node) in here.document.used for node in yaml.walk(top)):
            raise Refused("others use it through an anchor")


def _without(holder: yaml.Mapping | yaml.Sequence, at: int) -> Shape:
    if isinstance(holder, yaml.Mapping):
        kept = holder.items[:at] + holder.items[at + 1 :]
        return ("mapping", holder.tag, holder.anchor, tuple((shape(i.key), shape(i.value)) for i in kept))
    nodes = holder.items[:at] + holder.items[at + 1 :]
    return ("sequence", holder.tag, holder.anchor, tuple(shape(node) for node in nodes))


def _from_block(here: Site, holder: yaml.Mapping | yaml.Sequence, at: int) -> Splice:
    if len(holder.items) == 1:
        raise Refused("nothing would be left where it stands")
    member = holder.items[at]
    start = first(here, holder, member)
    line = here.line_start(start)
    end = here.line_end(member.end)
    rest = here.characters[member.end : end].strip()
    if rest and not rest.startswith("#"):
        raise Refused("something else stands on the same line")
    if here.characters[line:start].strip():
        return _behind_dash(here, holder, at, start)
    after = _next_line(here, end)
    if after == end and line > 0:  # the last line of a file without a final newline: the break before it goes
        return Splice(line - len(here.feed), end, "")
    return Splice(line, _past_blank(here, line, after), "")


def _behind_dash(here: Site, holder: yaml.Mapping | yaml.Sequence, at: int, start: int) -> Splice:
    """The first entry of a mapping that begins on its dash's line: the second entry takes its place."""
    if at != 0 or holder.head != holder.start:
        raise Refused("something else stands on the same line")
    following = first(here, holder, holder.items[1])
    if has_comment(here, holder.items[0].end, following):
        raise Refused("a comment stands between the first entry and the second")
    return Splice(start, following, "")


def _next_line(here: Site, end: int) -> int:
    match = re.compile(r"\r?\n").match(here.characters, end)
    return match.end() if match else end


def _past_blank(here: Site, line: int, after: int) -> int:
    """Also the blank lines behind, where a blank line stands before as well: one gap stays, not two."""
    before = here.characters[here.line_start(line - 1) : line] if line else "\n"
    if before.strip():
        return after
    match = re.compile(r"(?:[ \t]*\r?\n)*").match(here.characters, after)
    return match.end() if match else after


def _from_flow(here: Site, holder: yaml.Mapping | yaml.Sequence, at: int) -> Splice:
    text = here.characters
    member = holder.items[at]
    start = member.start if isinstance(member, yaml.Item) else member.head
    comma = re.compile(r"\s*,[ \t]*").match(text, member.end)
    if comma is not None:
        end = comma.end()
        line, stop = here.line_start(start), here.line_end(end)
        alone = not (text[line:start] + text[end:stop].partition("#")[0]).strip()
        return Splice(line, _next_line(here, stop), "") if alone else Splice(start, end, "")
    if at == 0:
        return Splice(start, member.end, "")
    return Splice(holder.items[at - 1].end, member.end, "")
