"""What a compile step makes: its programs by their exact places, and where else it may have made anything.

A step that is understood closes folders: nothing of a kind lies there but what is listed. So what the step certainly
doesn't make can be told from what it may.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph.image_steps import Command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stackfix.findings import Location
    from stackfix.graph.image_files import ImageFiles
    from stackfix.graph.library import Library

UNKNOWN = "\0"
"""Stands in a word for what nobody here knows."""


@dataclass(frozen=True, slots=True)
class Product:
    """A program that a step makes, at its absolute place in the image.

    `module` and `package` are the folders of the tree that it is compiled from, where they are known. Not `sure`: a
    condition decides whether it is made. `location` is the step.
    """

    place: str
    location: Location
    module: str | None = None
    package: str | None = None
    sure: bool = True

    @property
    def name(self) -> str:
        """What the program is called."""
        return posixpath.basename(self.place)


@dataclass(frozen=True, slots=True)
class Closed:
    """A folder in which a step makes nothing that `only` matches but `names`, and nothing below such a name."""

    folder: str
    only: re.Pattern[str]
    names: frozenset[str] = frozenset()

    def excludes(self, path: str) -> bool:
        """Whether the step certainly doesn't make a path."""
        inside = "/" if self.folder == "/" else self.folder + "/"
        if not path.startswith(inside):
            return False
        name = path[len(inside) :].partition("/")[0]
        return self.only.fullmatch(name) is not None and name not in self.names


ANY = re.compile(r"[^\0]+")


@dataclass(frozen=True, slots=True)
class Made:
    """What one command makes: programs, the prefixes where it may make anything, and what is closed below these."""

    places: tuple[str, ...] = ()
    closed: tuple[Closed, ...] = ()
    products: tuple[Product, ...] = ()
    folders: tuple[str, ...] = ()


ANYTHING = Made(("/",))


def together(several: Iterable[Made]) -> Made:
    """What several commands make. Where one makes what another has closed, it is open as far as that."""
    parts = tuple(several)
    closed: dict[tuple[str, re.Pattern[str]], Closed] = {}
    for one in parts:
        for shut in one.closed:
            others = [other for other in parts if other is not one]
            left = _left(shut, others)
            key = (shut.folder, shut.only)
            if left is not None:
                known = closed.get(key)
                closed[key] = left if known is None else replace(left, names=left.names | known.names)
    return Made(
        tuple(dict.fromkeys(p for one in parts for p in one.places)),
        tuple(closed.values()),
        tuple(p for one in parts for p in one.products),
        tuple(dict.fromkeys(f for one in parts for f in one.folders)),
    )


def _left(shut: Closed, others: Iterable[Made]) -> Closed | None:
    """What of a closed folder stays so beside what other commands make; None where one may fill it."""
    inside = shut.folder.rstrip("/") + "/"
    for other in others:
        if any(c.folder == shut.folder and c.only is shut.only for c in other.closed):
            continue
        for place in other.places:
            if place in {"/", shut.folder} or shut.folder.startswith(place + "/"):
                if not any(c.excludes(shut.folder) for c in other.closed):
                    return None
            elif place.startswith(inside):
                shut = replace(shut, names=shut.names | {place[len(inside) :].partition("/")[0]})
    return shut


@dataclass(frozen=True, slots=True)
class Step:
    """One command that may compile: its words, where it runs, what it sees.

    A word holds UNKNOWN where a variable or a substitution gives a part of it. `held` are the files of the stage.
    """

    words: tuple[str, ...]
    folder: str
    variables: Mapping[str, str | None]
    held: ImageFiles
    library: Library
    location: Location
    sure: bool = True

    def at(self, path: str) -> str:
        """A path of the command's as an absolute one, up to what is unknown of it."""
        whole = posixpath.join(self.folder, path)
        if UNKNOWN in whole:
            whole = posixpath.dirname(whole.partition(UNKNOWN)[0] + "x")
        return "/" + posixpath.normpath(whole).lstrip("/")

    def variable(self, name: str, default: str) -> str:
        """What a variable holds, with UNKNOWN where nobody knows."""
        if name not in self.variables:
            return default
        value = self.variables[name]
        return UNKNOWN if value is None else value

    def tree_path(self, place: str) -> str | None:
        """The file of the tree that was copied to a place last."""
        return self.held.copied(place)

    def command(self) -> Command:
        """The words as the readers of other steps take them."""
        return Command(tuple((word, 0, 0) for word in self.words), writes=False)


@dataclass(frozen=True, slots=True)
class Options:
    """A command line taken apart: values by option (the last one), all options, and the other words."""

    values: Mapping[str, str]
    given: frozenset[str]
    plain: tuple[str, ...]


def options(words: Iterable[str], valued: frozenset[str]) -> Options:
    """Take a command line apart; `valued` are the options whose value is the next word."""
    values: dict[str, str] = {}
    plain: list[str] = []
    given: set[str] = set()
    queue = list(words)
    while queue:
        word = queue.pop(0)
        option, equals, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            plain.append(word)
            continue
        given.add(option)
        if equals:
            values[option] = value
        elif option in valued and queue:
            values[option] = queue.pop(0)
    return Options(values, frozenset(given), tuple(plain))
