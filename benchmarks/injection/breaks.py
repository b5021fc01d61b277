"""Operators: each breaks one wire of a healthy stack, and says which rule should find it, and where.

An operator is a function from files to broken files. A `Swap` is one for every match of its pattern: the group `it` or
`other` (else the whole match) is written otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.injection.healthy import Files, Stack


@dataclass(frozen=True)
class Break:
    """One broken wire.

    `rules` are those of which one must speak, `places` the files in which it may. `wanted` is how the files should end:
    None where more than one repair is right, or only a person can choose. `by_hand`: no repair is expected at all.
    """

    stack: str
    name: str
    rules: tuple[str, ...]
    broken: Files
    places: frozenset[str]
    wanted: Files | None
    by_hand: bool = False


@dataclass(frozen=True)
class Swap:
    """One break for each match of a pattern in the files whose path matches.

    `only` names the stacks in which the fault is decidable by construction; none means all. `but` is a pattern of
    matches that are left out. `unique` says that just one repair is right. `wanted` is the text that should end in the
    place where it isn't the healthy one, `places` the files in which the fault is seen where it isn't the broken one.
    `apart` are a stack's files in which the pattern means something else.
    """

    name: str
    rules: tuple[str, ...]
    paths: str
    pattern: str
    otherwise: str | Callable[[str], str]
    only: tuple[str, ...] = ()
    but: str = ""
    unique: bool = True
    by_hand: bool = False
    wanted: str | None = None
    places: tuple[str, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()

    def breaks(self, stack: Stack) -> Iterator[Break]:
        """All breaks of one stack."""
        if self.only and stack.name not in self.only:
            return
        files = stack.files
        for path in files.contents:
            if re.fullmatch(self.paths, path) and (stack.name, path) not in self.apart:
                yield from self._in_file(stack, path)

    def _in_file(self, stack: Stack, path: str) -> Iterator[Break]:
        files, text = stack.files, stack.files.text(path)
        plain = text.replace("\r\n", "\n")
        ends = "\r\n" if plain != text else "\n"
        for number, match in enumerate(re.finditer(self.pattern, plain, re.MULTILINE)):
            group: str | int = next((name for name in ("it", "other") if match.groupdict().get(name) is not None), 0)
            old = match[group]
            if self.but and re.search(self.but, match[0]):
                continue
            new = match.expand(self.otherwise) if isinstance(self.otherwise, str) else self.otherwise(old)
            start, end = match.span(group)
            broken = files.having(path, (plain[:start] + new + plain[end:]).replace("\n", ends))
            wanted = files
            if self.wanted is not None:
                aim = match.expand(self.wanted)
                wanted = files.having(path, (plain[:start] + aim + plain[end:]).replace("\n", ends))
            yield Break(
                stack.name,
                f"{self.name} {path}#{number}",
                self.rules,
                broken,
                frozenset(self.places or {path}),
                wanted if self.unique else None,
                self.by_hand,
            )


@dataclass(frozen=True)
class Removal:
    """One break for each file whose path matches: it is gone. What names it stands in the `places`, or anywhere."""

    name: str
    rules: tuple[str, ...]
    paths: str
    only: tuple[str, ...] = ()
    by_hand: bool = False

    def breaks(self, stack: Stack) -> Iterator[Break]:
        """All breaks of one stack."""
        if self.only and stack.name not in self.only:
            return
        files = stack.files
        for path in files.contents:
            if re.fullmatch(self.paths, path):
                places = frozenset(files.contents) - {path}
                broken = files.without(path)
                yield Break(stack.name, f"{self.name} {path}", self.rules, broken, places, None, self.by_hand)
