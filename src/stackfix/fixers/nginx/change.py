"""A change of one nginx document: made in its characters, read again, compared, and turned into edits of the file.

Nothing leaves here unless the new text reads as the old one with exactly the repair in it, every comment kept, and
crossplane, a reader that shares nothing with ours, has nothing against what is new.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.any.set_text import spelled
from stackfix.formats import nginx
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stackfix.fixers.nginx.place import Place

Shape = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters `start` to `end` of the document become `new`."""

    start: int
    end: int
    new: str


def done(place: Place, splices: Sequence[Splice], expected: Shape) -> tuple[Edit, ...]:
    """The edits that make the splices. Refused where what is then read isn't `expected`, or a comment changed."""
    old = place.document
    value = old.text.value
    for one in sorted(splices, key=lambda s: s.start, reverse=True):
        value = value[: one.start] + one.new + value[one.end :]
    try:
        new = nginx.read(Text.unwritten(value))
    except Unreadable as problem:
        raise Refused(f"the result can't be read: {problem.reason}") from None
    if nginx.shape(new.directives) != expected:
        raise Refused("the result would not read as the repair means it")
    if [c.value for c in new.comments] != [c.value for c in old.comments]:
        raise Refused("a comment would be changed")
    if not place.embedded:
        _second_look(old, new)
    return tuple(spelled(old.text.slice(one.start, one.end), one.new) for one in splices)


def below(shape: Shape, steps: Sequence[int], change: Callable[[Shape], Shape]) -> Shape:
    """A tree's shape with the children of the node at `steps` changed."""
    if not steps:
        return change(shape)
    name, args, block, code = entry(shape[steps[0]])
    inner = below(block or (), steps[1:], change)
    return (*shape[: steps[0]], (name, args, inner, code), *shape[steps[0] + 1 :])


def entry(shape: object) -> tuple[object, object, Shape | None, object]:
    """One directive's shape: its name, arguments, block and code."""
    assert isinstance(shape, tuple)
    name, args, block, code = shape
    assert block is None or isinstance(block, tuple)
    return name, args, block, code


def _second_look(old: nginx.Document, new: nginx.Document) -> None:
    """Refuse where crossplane, content with the old text, isn't with the new one, or reads it in other tokens."""
    before, after = _objection(old), _objection(new)
    if after is not None and before is None:
        raise Refused(f"crossplane objects: {after}")


def _objection(document: nginx.Document) -> str | None:
    from crossplane.errors import NgxParserBaseException  # noqa: PLC0415 - needed for a repair alone
    from crossplane.lexer import _lex_file_object  # noqa: PLC0415 - as above; the public one wants a file on disk

    if any(one.code is not None for one in nginx.walk(document.directives)):
        return None
    try:
        tokens = [
            token if token in {";", "{", "}"} and not quoted else "#" if token[:1] == "#" and not quoted else "w"
            for token, _, quoted in _lex_file_object(io.StringIO(document.text.value + "\n"))
        ]
        _analyse(document.directives, _context(document))
    except NgxParserBaseException as problem:
        return str(problem.strerror)
    except (RuntimeError, StopIteration):
        return "it can't be cut into words"
    # crossplane takes what follows a `${NAME}` at the end of a word into that word.
    misled = re.search(r"\$\{\w+\}[ \t\r\n]", document.text.value)
    return None if misled or tokens.count("w") == _count(document) else "it sees other words"


def _count(document: nginx.Document) -> int:
    return sum(len(one.words) for one in nginx.walk(document.directives))


def _context(document: nginx.Document) -> tuple[str, ...]:
    """Where a fragment belongs, as crossplane names contexts; one that can't be told allows anything."""
    names = {one.keyword for one in document.directives}
    if names & {"http", "events", "stream", "worker_processes"}:
        return ()
    if names & {"server", "upstream", "map"}:
        return ("http",)
    return ("http", "server") if "location" in names else ("unknown",)


def _analyse(directives: Sequence[nginx.Directive], context: tuple[str, ...]) -> None:
    from crossplane.analyzer import analyze, enter_block_ctx  # noqa: PLC0415 - needed for a repair alone

    for one in directives:
        statement = {"directive": one.keyword, "line": 0, "args": list(one.values)}
        analyze(None, statement, ";" if one.block is None else "{", context)
        if one.block is not None:
            _analyse(one.block, tuple(enter_block_ctx(statement, context)))
