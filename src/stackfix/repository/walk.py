"""One walk over the folders of a root, wherever they are listed from: which files there are, and what stays unknown.

May import tree and kinds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from stackfix.repository import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from stackfix.tree import Entry


class Kind(Enum):
    """What lies under a name."""

    FILE = auto()
    FOLDER = auto()
    LINK = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Link:
    """Where a symbolic link leads: a file of the root, or a reason why it is not followed ("" for a folder)."""

    target: str | None
    reason: str = ""


class Place(Protocol):
    """Where folders are listed from: the disk, or a commit.

    `exported`: nothing tells what git tracks, so a file that ignore rules name may have come with all the others.
    """

    exported: bool

    def children(self, folder: str) -> Sequence[tuple[str, Kind]]:
        """The names in a folder; "" is the root. OSError where it can't be listed."""

    def enters(self, folder: str) -> bool:
        """Whether anything of ours can lie below a folder."""

    def is_foreign(self, folder: str) -> bool:
        """Whether a folder is another repository's."""

    def entry(self, path: str, name: str, *, wiring: bool) -> Entry | None:
        """A file, or None where it isn't ours to read."""

    def link(self, path: str) -> Link | None:
        """A symbolic link, or None where it isn't ours to follow."""


@dataclass(slots=True)
class Survey:
    """What a walk came to."""

    entries: dict[str, Entry] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


def walk(place: Place, is_excluded: Callable[[str], bool] | None = None) -> Survey:
    """All files of a root. Excluded paths are unknown, not missing."""
    survey = Survey()
    waiting: list[tuple[str, bool]] = [("", True)]
    while waiting:
        folder, wiring = waiting.pop()
        try:
            children = place.children(folder)
        except OSError as problem:
            survey.skipped[folder or "."] = f"the folder can't be listed: {problem.strerror}"
            survey.unknown.append(folder)
            continue
        # A virtual environment, whatever it is called.
        if folder and ("pyvenv.cfg", Kind.FILE) in children:
            survey.unknown.append(folder)
            continue
        waiting += _one_folder(place, survey, (folder, wiring, children), is_excluded)
    survey.entries = {path: survey.entries[path] for path in sorted(survey.entries)}
    return survey


def _one_folder(
    place: Place,
    survey: Survey,
    here: tuple[str, bool, Sequence[tuple[str, Kind]]],
    is_excluded: Callable[[str], bool] | None,
) -> Iterable[tuple[str, bool]]:
    """Take a folder's files; the result are the folders to go on with."""
    folder, wiring, children = here
    prefix = folder + "/" if folder else ""
    further: list[tuple[str, bool]] = []
    names: frozenset[str] | None = None
    for name, kind in children:
        path = prefix + name
        if kind is Kind.FOLDER:
            names = names if names is not None else frozenset(other for other, _ in children)
            if _is_ours(place, survey, path, name, names, is_excluded):
                further.append((path, wiring and not kinds.is_copy_folder(name)))
        elif is_excluded is not None and is_excluded(path):
            survey.unknown.append(path)
        else:
            _take(place, survey, (path, name, kind), wiring=wiring and not kinds.is_copy(name))
    return further


def _take(place: Place, survey: Survey, child: tuple[str, str, Kind], *, wiring: bool) -> None:
    """Take one child that is no folder."""
    path, name, kind = child
    if kind is Kind.FILE:
        entry = place.entry(path, name, wiring=wiring)
        if entry is not None:
            survey.entries[path] = entry
        elif place.exported:
            survey.unknown.append(path)
    elif kind is Kind.LINK:
        _take_link(place, survey, path, name, wiring=wiring)
    else:
        survey.skipped[path] = "neither a file nor a folder"
        survey.unknown.append(path)


def _is_ours(  # noqa: PLR0913, PLR0917 - one question about one folder
    place: Place,
    survey: Survey,
    path: str,
    name: str,
    names: frozenset[str],
    is_excluded: Callable[[str], bool] | None,
) -> bool:
    """Whether to go into a folder. What we know to be there, and won't look into, is unknown."""
    if name == ".git":
        return False
    if name in kinds.OUT or (is_excluded is not None and is_excluded(path)) or place.is_foreign(path):
        survey.unknown.append(path)
        return False
    if not place.enters(path):
        if place.exported:
            survey.unknown.append(path)
        return False
    if kinds.may_be_made(name, names) and not _holds_hand_made(place, path):
        survey.unknown.append(path)
        return False
    return True


def _holds_hand_made(place: Place, folder: str) -> bool:
    try:
        return kinds.is_hand_made(name for name, kind in place.children(folder) if kind is Kind.FILE)
    except OSError:
        return True


def _take_link(place: Place, survey: Survey, path: str, name: str, *, wiring: bool) -> None:
    link = place.link(path)
    if link is None:
        return
    if link.target is not None:
        entry = place.entry(path, name, wiring=wiring)
        if entry is not None:
            survey.entries[path] = replace(entry, target=link.target)
        return
    survey.unknown.append(path)
    if link.reason:
        survey.skipped[path] = link.reason
