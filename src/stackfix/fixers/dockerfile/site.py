"""Where a Dockerfile operation works, and proving what an edit made of the file.

May import edits, formats and the fixers for any syntax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused, Replace
from stackfix.formats import dockerfile
from stackfix.formats.dockerfile import Document, Instruction, Stage
from stackfix.spans import Span
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.findings import Anchor
    from stackfix.formats.dockerfile import Pair, Word
    from stackfix.graph.library import Library

# An instruction as a nested tuple: two files that build the same have equal shapes.
Shape = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A Dockerfile, its bytes, and what the anchor addresses in it."""

    path: str
    data: bytes
    document: Document
    node: Document | Stage | Instruction | Word | Pair

    @property
    def value(self) -> str:
        """The characters of the file."""
        return self.document.text.value

    @property
    def instruction(self) -> Instruction:
        """The instruction addressed; Refused where it is none."""
        if not isinstance(self.node, Instruction):
            raise Refused("it is no instruction")
        return self.node

    def line_start(self, at: int) -> int:
        """Where the line of a character begins."""
        return self.value.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Where the next line begins, or the file ends."""
        feed = self.value.find("\n", at)
        return len(self.value) if feed < 0 else feed + 1

    def feed(self, at: int) -> str:
        """The line ending used around a character."""
        end = self.value.find("\n", at)
        end = self.value.find("\n") if end < 0 else end
        return "\r\n" if end > 0 and self.value[end - 1] == "\r" else "\n"

    def replace(self, start: int, end: int, new: str) -> Replace:
        """Put `new` in place of characters `start` to `end`."""
        place = self.document.text.slice(start, end).place
        if place is None or place[0] != self.path:
            raise Refused("the place lies in no file")
        return Replace(self.path, place[1] if start < end else Span(place[1].start, place[1].start), new.encode())

    def shapes(self) -> list[Shape]:
        """All instructions as they are."""
        return [shape(i) for i in self.document.instructions]

    def proved(self, edits: Sequence[Replace], expected: Sequence[Shape]) -> tuple[Edit, ...]:
        """The edits, if the file read after them has just the instructions expected; Refused else."""
        data = self.data
        for edit in sorted(edits, key=lambda e: e.span, reverse=True):
            data = data[: edit.span.start] + edit.replacement + data[edit.span.end :]
        try:
            after = dockerfile.read(Text.of_file(self.path, data))
        except (Unreadable, UnicodeDecodeError) as problem:
            raise Refused("the Dockerfile could not be read after the edit") from problem
        if [shape(i) for i in after.instructions] != list(expected):
            raise Refused("the edit would change other instructions of the Dockerfile")
        return tuple(edits)


def site(anchor: Anchor, library: Library) -> Site:
    """The place that an anchor addresses; Refused where it isn't there any more."""
    if anchor.inner is not None or anchor.syntax != "dockerfile":
        raise Refused("it is no Dockerfile")
    document = library.get(anchor.path, dockerfile.read)
    data = library.sources.read(anchor.path)
    node = None if document is None else dockerfile.resolve(document, anchor.steps)
    if document is None or data is None or node is None:
        raise Refused("the instruction isn't there any more")
    return Site(anchor.path, data, document, node)


def shape(instruction: Instruction) -> Shape:
    """What an instruction says, without where it stands."""
    return (
        instruction.name,
        instruction.form,
        tuple(f.raw.value for f in instruction.flags),
        tuple((w.value, w.dollars) for w in instruction.words),
        tuple(_pair(p) for p in instruction.pairs),
        command(instruction.rest.value) if instruction.form is dockerfile.Form.SHELL else "",
        tuple((h.name, h.body.value, h.verbatim, h.chomp) for h in instruction.heredocs),
        None if instruction.inner is None else shape(instruction.inner),
        instruction.rest.value if instruction.name == "MAINTAINER" else "",
    )


def command(rest: str) -> tuple[str, ...]:
    """A shell form by its words: how much white space parts them says nothing."""
    return tuple(rest.split())


def _pair(pair: Pair) -> Shape:
    value = pair.value
    return (pair.name.value, None if value is None else value.value, () if value is None else value.dollars)


def alone(written: str, escape: str) -> Shape:
    """The shape of one instruction written by itself; Refused where it is none or several."""
    head = "# escape=`\n" if escape == "`" else ""
    before = "" if written.split(None, 1)[:1] in (["FROM"], ["from"]) else "FROM scratch\n"
    try:
        found = dockerfile.read(Text.unwritten(head + before + written + "\n")).instructions
    except Unreadable as problem:
        raise Refused("the new line is no instruction") from problem
    if len(found) != 1 + bool(before):
        raise Refused("the new line is not one instruction")
    return shape(found[-1])
