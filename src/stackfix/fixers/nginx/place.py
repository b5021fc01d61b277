"""From a repair's anchor to the nginx document and the node in it, through the documents around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from stackfix.edits import Refused
from stackfix.formats import nginx
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.findings import Anchor
    from stackfix.graph.library import Library


class _Format(Protocol):
    def read(self, text: Text) -> object: ...

    def resolve(self, document: object, steps: Sequence[str | int]) -> object: ...


@dataclass(frozen=True, slots=True)
class Place:
    """The document and the node that a repair speaks of. `embedded` says that it lies inside another document."""

    document: nginx.Document
    node: nginx.Document | nginx.Directive
    anchor: Anchor
    embedded: bool

    @property
    def block(self) -> tuple[nginx.Directive, ...]:
        """What stands in the node. Refused where it is no block."""
        if self.node.block is None:
            raise Refused("it is not a block")
        return self.node.block

    @property
    def steps(self) -> tuple[int, ...]:
        """The child indexes that lead to the node."""
        return self.node.steps if isinstance(self.node, nginx.Directive) else ()

    @property
    def directive(self) -> nginx.Directive:
        """The node, where it is a directive; Refused where it is the whole file."""
        if not isinstance(self.node, nginx.Directive):
            raise Refused("it is not a directive")
        return self.node


def find(anchor: Anchor, library: Library) -> Place:
    """The place that an anchor addresses. Refused where it is no longer there or can't be read."""
    node = _top(anchor, library)
    step = anchor
    while step.inner is not None:
        step = step.inner
        node = _inside(node, step)
    document, found = node
    if not isinstance(document, nginx.Document) or not isinstance(found, nginx.Document | nginx.Directive):
        raise Refused("the place is no longer there")
    return Place(document, found, anchor, embedded=anchor.inner is not None)


def _top(anchor: Anchor, library: Library) -> tuple[object, object]:
    module = _format(anchor.syntax)
    document = library.get(anchor.path, module.read)
    if document is None:
        raise Refused(f"{anchor.path} can't be read")
    return document, module.resolve(document, anchor.steps)


def _inside(host: tuple[object, object], anchor: Anchor) -> tuple[object, object]:
    text = getattr(host[1], "text", None)
    if not isinstance(text, Text):
        raise Refused("the text around it is no longer there")
    module = _format(anchor.syntax)
    try:
        document = module.read(text)
    except Unreadable as problem:
        raise Refused(f"the document inside can't be read: {problem.reason}") from None
    return document, module.resolve(document, anchor.steps)


def _format(syntax: str) -> _Format:
    return cast("_Format", import_module(f"stackfix.formats.{syntax}"))


def parent(anchor: Anchor) -> Anchor:
    """The address of the block around what an anchor addresses."""
    inner = None if anchor.inner is None else parent(anchor.inner)
    steps = anchor.steps if inner is not None else anchor.steps[:-1]
    return replace(anchor, steps=steps, inner=inner, name="")


def host(anchor: Anchor) -> Anchor:
    """The address of the node that the innermost document lies in."""
    inner = anchor.inner
    return replace(anchor, inner=None if inner is None or inner.inner is None else host(inner))
