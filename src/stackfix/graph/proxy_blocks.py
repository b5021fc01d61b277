"""nginx's blocks with includes expanded, and which directive holds where: the innermost block that has any of its kind.

A `Block` is what stands between braces, a `Said` one directive in it; both keep the address in their own file. A file
that nobody can find makes its block `hidden`: what isn't seen there may still be said.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from stackfix.findings import Anchor, Location, located

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.formats import nginx
    from stackfix.text import Text

# What comes with nginx and holds no wiring.
_STOCK = frozenset(
    {"mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params", "koi-utf", "win-utf"}
)
_SERVERS = re.compile(r"(?:conf\.d|sites-enabled)/\*")
_MOST_NESTED = 8


@dataclass(frozen=True, eq=False)
class Said:
    """One directive as it stands in a block. `block` is its own block, if it has one, `within` the one it stands in."""

    directive: nginx.Directive
    anchor: Anchor
    within: Block
    block: Block | None = None

    @property
    def keyword(self) -> str:
        """Its name."""
        return self.directive.keyword

    @property
    def values(self) -> tuple[str, ...]:
        """Its decoded arguments."""
        return self.directive.values

    @property
    def args(self) -> tuple[Text, ...]:
        """Its decoded arguments with their places."""
        return self.directive.args

    @cached_property
    def location(self) -> Location:
        """Its name and arguments."""
        return _place(self.directive.head, self.anchor.path)


@dataclass(frozen=True, slots=True)
class Include:
    """An `include`. `paths` are the files of the tree that it takes in, None where nobody can tell.

    `stock` ones come with nginx. `servers` says that it is the wildcard by which http takes in whole servers: those
    that aren't seen change nothing for others.
    """

    said: Said
    paths: tuple[str, ...] | None
    stock: bool = False
    servers: bool = False


@dataclass(frozen=True, slots=True)
class Effective:
    """What holds of one kind of directive in a block: said by `block`, an outer one unless `own`.

    Not `certain`: an include that nobody can read, or an http block that isn't seen, may say otherwise.
    """

    said: tuple[Said, ...]
    block: Block | None
    own: bool
    certain: bool


@dataclass(frozen=True, eq=False)
class Block:
    """What stands between braces, or in a whole file. `kind` is the directive's name, "" for a file."""

    kind: str
    path: str
    anchor: Anchor
    parent: Block | None = None
    said: list[Said] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)

    @property
    def hidden(self) -> bool:
        """Whether it takes in something that nobody can read."""
        return any(include.paths is None and not (include.stock or include.servers) for include in self.includes)

    def all(self, keyword: str) -> tuple[Said, ...]:
        """Its own directives of a name."""
        return tuple(said for said in self.said if said.keyword == keyword)

    def last(self, keyword: str) -> Said | None:
        """Its own last directive of a name."""
        found = self.all(keyword)
        return found[-1] if found else None

    def effective(self, keyword: str) -> Effective:
        """What holds here by nginx's inheritance: all of the innermost block that has any."""
        block: Block | None = self
        certain = True
        while block is not None:
            certain = certain and not block.hidden
            found = block.all(keyword)
            if found:
                return Effective(found, block, block is self, certain)
            block = block.parent
        return Effective((), None, own=False, certain=certain)

    def chain(self) -> Iterator[Block]:
        """The block itself and those around it, inner first."""
        block: Block | None = self
        while block is not None:
            yield block
            block = block.parent

    def walk(self) -> Iterator[Said]:
        """All directives in it and below."""
        for said in self.said:
            yield said
            if said.block is not None:
                yield from said.block.walk()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that an include takes in."""

    path: str
    document: nginx.Document


class Opener(Protocol):
    """Asked with the including file and the include's argument."""

    def __call__(self, path: str, argument: str, /) -> tuple[Opened, ...] | None:
        """The files taken in, or None where nobody can tell."""


def is_stock(argument: str) -> bool:
    """Whether an include names a file that comes with nginx and holds no wiring."""
    return argument.rsplit("/", 1)[-1] in _STOCK or "modules-enabled/" in argument


def unread(_path: str, _argument: str) -> None:
    """An opener that follows no include."""


def expand(document: nginx.Document, root: Anchor, opener: Opener) -> Block:
    """The blocks of a document addressed by `root`, with what its includes take in."""
    block = Block("", root.path, root)
    _fill(block, document.directives, root, opener, 0)
    return block


def _fill(
    block: Block,
    directives: Sequence[nginx.Directive],
    parent: Anchor,
    opener: Opener,
    depth: int,
) -> None:
    counts: Counter[str] = Counter()
    for directive in directives:
        anchor = _child(parent, directive, counts)
        if directive.block is None:
            said = Said(directive, anchor, block)
            block.said.append(said)
            if directive.keyword == "include" and directive.values:
                _include(block, said, opener, depth)
            continue
        inner = Block(directive.keyword, anchor.path, anchor, block)
        block.said.append(Said(directive, anchor, block, inner))
        _fill(inner, directive.block, anchor, opener, depth)


def _include(block: Block, said: Said, opener: Opener, depth: int) -> None:
    argument = said.values[0]
    if is_stock(argument):
        block.includes.append(Include(said, None, stock=True))
        return
    opened = opener(said.anchor.path, argument) if depth < _MOST_NESTED else None
    paths = None if opened is None else tuple(one.path for one in opened)
    servers = block.kind == "http" and _SERVERS.search(argument) is not None
    block.includes.append(Include(said, paths, servers=servers))
    for one in opened or ():
        _fill(block, one.document.directives, Anchor(one.path, "nginx", (), None, "nginx"), opener, depth + 1)


def _child(parent: Anchor, directive: nginx.Directive, counts: Counter[str]) -> Anchor:
    """The address of a directive below, named by its words so that a new sibling before it changes nothing."""
    words = directive.keyword
    if directive.block is not None or directive.keyword in {"proxy_set_header", "add_header", "set"}:
        words = " ".join((words, *directive.values[: None if directive.block is not None else 1]))
    counts[words] += 1
    name = words if counts[words] == 1 else f"{words}#{counts[words]}"
    inner = parent.innermost
    stepped = Anchor(inner.path, inner.syntax, directive.steps, None, f"{inner.name}/{name}" if inner.name else name)
    return _replaced(parent, stepped)


def _replaced(outer: Anchor, innermost: Anchor) -> Anchor:
    if outer.inner is None:
        return innermost
    return Anchor(outer.path, outer.syntax, outer.steps, _replaced(outer.inner, innermost), outer.name)


def _place(text: Text, path: str) -> Location:
    found = located(text)
    if found is None:
        raise ValueError(f"a directive of {path or 'nothing'} that is written nowhere")
    return found
