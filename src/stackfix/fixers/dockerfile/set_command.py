"""Give CMD or ENTRYPOINT other words: only those that differ are written, between the others as they stand.

May import edits, formats, repairs, site and the fixer for any syntax.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.fixers.dockerfile.site import shape, site
from stackfix.formats.dockerfile import Form, Instruction, encode
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.fixers.dockerfile.site import Site
    from stackfix.graph.library import Library
    from stackfix.repairs.set_command import SetCommand
    from stackfix.text import Text

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./$-]+")
_COMMANDS = frozenset({"CMD", "ENTRYPOINT"})


def edits(repair: SetCommand, library: Library) -> tuple[Edit, ...]:
    """The edits that make the command run `words`; none where it does."""
    here = site(repair.anchor, library)
    target = here.instruction
    if target.name == "HEALTHCHECK" and target.inner is not None:
        target = target.inner
    if target.name not in _COMMANDS or not repair.words or target.heredocs:
        raise Refused("it is no command")
    if target.form is Form.EXEC:
        written = [w.raw for w in target.words]
        old = [w.value for w in target.words]
        new = [f'"{encode("dockerfile:json", w)}"' for w in repair.words]
    else:
        written = _shell_words(target)
        old = [t.value for t in written]
        new = [_shell_word(w, old) for w in repair.words]
    if old == list(repair.words):
        return ()
    edit = _spliced(here, written, old, list(repair.words), new)
    return here.proved([edit], _expected(here, target, repair.words, new))


def _shell_words(target: Instruction) -> list[Text]:
    found = list(re.finditer(r"\S+", target.rest.value))
    if not found or any(not _PLAIN.fullmatch(m.group()) for m in found):
        raise Refused("the shell form is more than plain words")
    return [target.rest.slice(*m.span()) for m in found]


def _shell_word(word: str, old: Sequence[str]) -> str:
    if word in old or (_PLAIN.fullmatch(word) and "$" not in word):
        return word
    if "'" in word or "\n" in word:
        raise Refused("a word can't be quoted for the shell")
    return f"'{word}'"


def _spliced(here: Site, written: list[Text], old: list[str], wanted: list[str], new: list[str]) -> Replace:
    """One replacement from the first word that differs to the last one."""
    if not written:
        raise Refused("the command has no words")
    head = 0
    while head < min(len(old), len(wanted)) and old[head] == wanted[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(wanted)) - head and old[-1 - tail] == wanted[-1 - tail]:
        tail += 1
    places = [_span(here, t) for t in written]
    middle = new[head : len(new) - tail]
    stop = len(old) - tail
    if head < stop and middle:
        span = Span(places[head].start, places[stop - 1].end)
        return Replace(here.path, span, _gap(here, places).join(middle).encode())
    if head < stop:
        span = Span(places[head - 1].end, places[stop - 1].end) if head else Span(places[0].start, places[stop].start)
        return Replace(here.path, span, b"")
    gap = _gap(here, places)
    if head:
        at = places[head - 1].end
        return Replace(here.path, Span(at, at), "".join(gap + w for w in middle).encode())
    at = places[0].start
    return Replace(here.path, Span(at, at), "".join(w + gap for w in middle).encode())


def _span(here: Site, text: Text) -> Span:
    place = text.place
    if place is None or place[0] != here.path:
        raise Refused("a word lies in no one place")
    return place[1]


def _gap(here: Site, places: list[Span]) -> str:
    """What stands between words: as between the first two, where that holds no comment."""
    if len(places) > 1:
        between = here.data[places[-2].end : places[-1].start].decode()
        if "#" not in between:
            return between
    return ", " if here.data[places[0].start : places[0].start + 1] == b'"' else " "


def _expected(here: Site, target: Instruction, words: tuple[str, ...], new: list[str]) -> list[tuple[object, ...]]:
    found = here.shapes()
    index = next(i for i, x in enumerate(here.document.instructions) if target in (x, x.inner))
    changed = list(shape(target))
    if target.form is Form.EXEC:
        changed[3] = tuple((w, ()) for w in words)
    else:
        changed[5] = tuple(" ".join(new).split())
    if here.document.instructions[index] is target:
        found[index] = tuple(changed)
    else:
        outer = list(found[index])
        outer[7] = tuple(changed)
        found[index] = tuple(outer)
    return found
