"""What a delivery can mean to us, as values, and as the plain data that the queue keeps.

May not import anything of stackfix.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Place:
    """A repository as a delivery names it. A token goes to its own forge alone, whatever the host here."""

    kind: str
    host: str
    path: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """A branch is at another commit. Whether it is one that is repaired, the configuration says."""

    place: Place
    branch: str
    head: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A pull request is there, or has other commits, or is to be checked again."""

    place: Place
    number: int
    head: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A pull request from a branch of ours was closed or merged."""

    place: Place
    number: int
    branch: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """Somebody wrote a comment with a command in it. `comment` names it, for doing it once.

    `on_issue`: below an issue, which on GitLab has a number of its own kind.
    """

    place: Place
    number: int
    user: str
    text: str
    comment: str
    on_issue: bool = False


@dataclass(frozen=True, slots=True)
class Ticked:
    """Somebody ticked boxes, as `boxes` has them, in an issue's text, which may be the dashboard's."""

    place: Place
    number: int
    user: str
    boxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Installed:
    """Repositories that may be worked on from now on."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and what it was."""

    what: str


Work: TypeAlias = Pushed | Changed | Closed | Commanded | Ticked | Installed
Event: TypeAlias = Work | Ignored

BRANCHES = "stackfix/"
"""What the names of all branches of ours begin with."""

_WORKS: Mapping[str, type[Work]] = {
    kind.__name__: kind for kind in (Pushed, Changed, Closed, Commanded, Ticked, Installed)
}


def plain(work: Work) -> dict[str, object]:
    """Work as data that any version of ours reads: of texts, numbers and lists alone."""
    return {"kind": type(work).__name__, **asdict(work)}


def of_plain(said: Mapping[str, object]) -> Work:
    """Work as it was before `plain`."""
    kind = _WORKS[str(said["kind"])]
    make: Callable[..., Work] = kind
    return make(**{name.name: _part(said[name.name]) for name in fields(kind)})


def _part(said: object) -> object:
    if isinstance(said, dict):
        return Place(**said)
    return tuple(map(_part, said)) if isinstance(said, (list, tuple)) else said
