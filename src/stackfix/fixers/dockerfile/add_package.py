"""Add a package to the list that a RUN installs: on a line of its own where the others have theirs.

May import edits, formats, repairs and site.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.fixers.dockerfile.site import command, shape, site
from stackfix.formats.dockerfile import Form
from stackfix.spans import Span

if TYPE_CHECKING:
    from stackfix.fixers.dockerfile.site import Site
    from stackfix.graph.library import Library
    from stackfix.repairs.add_package import AddPackage

_SHELL_FORM = 5  # where a shape holds the words of a shell form


def edits(repair: AddPackage, library: Library) -> tuple[Edit, ...]:
    """The edit that adds the package; Refused where the list isn't written plainly."""
    here = site(repair.anchor, library)
    target = here.instruction
    if target.name != "RUN" or target.form is not Form.SHELL or not repair.listed:
        raise Refused("it is no list of packages")
    names = [text.value for text in repair.listed]
    if repair.name in names:
        return ()
    follows = _follows(names, repair.name)
    beside = repair.listed[min(follows, len(names) - 1)]
    place = beside.place
    if place is None or place[0] != here.path:
        raise Refused("the list isn't written in this file")
    edit = _edit(here, place[1], repair.name, before=follows < len(names))
    return here.proved([edit], _expected(here, repair, beside.value, before=follows < len(names)))


def _follows(names: list[str], name: str) -> int:
    """Where a name goes: by the alphabet where the list is sorted, else last."""
    ordered = len(names) > 1 and all(a <= b for a, b in pairwise(names))
    return next((i for i, other in enumerate(names) if other > name), len(names)) if ordered else len(names)


def _edit(here: Site, span: Span, name: str, *, before: bool) -> Replace:
    start = here.data.rfind(b"\n", 0, span.start) + 1
    end = here.data.find(b"\n", span.end)
    line = here.data[start : end if end >= 0 else len(here.data)]
    indent = line[: len(line) - len(line.lstrip())]
    word = here.data[span.start : span.end]
    escape = here.document.escape.encode()
    feed = b"\r\n" if line.endswith(b"\r") or (end < 0 and b"\r\n" in here.data) else b"\n"
    alone = line.strip().removesuffix(escape).strip() == word and bool(indent)
    between = b" " + escape + feed + indent if alone else b" "
    at = span.start if before else span.end
    added = name.encode()
    return Replace(here.path, Span(at, at), added + between if before else between + added)


def _expected(here: Site, repair: AddPackage, beside: str, *, before: bool) -> list[tuple[object, ...]]:
    shapes = here.shapes()
    index = here.document.instructions.index(here.instruction)
    words = list(command(here.instruction.rest.value))
    where = [i for i, word in enumerate(words) if word.rstrip(";") == beside]
    if len(where) != 1 or words[where[0]] != beside:
        raise Refused("the list of packages isn't written plainly")
    words.insert(where[0] + (not before), repair.name)
    old = shape(here.instruction)
    shapes[index] = (*old[:_SHELL_FORM], tuple(words), *old[_SHELL_FORM + 1 :])
    return shapes
