"""Which build makes which image: known from who builds and tags it, never from file names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.builds import of_compose, of_scripts, repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stackfix.graph.library import Library
    from stackfix.graph.model import Build, Deployment

__all__ = ["Ties", "repository", "ties"]


@dataclass(frozen=True, slots=True)
class Ties:
    """Builds by the name of the image that they make; a name that several builds claim ties nothing."""

    by_name: Mapping[str, tuple[Build, ...]]

    def build(self, image: str) -> Build | None:
        """The one build that makes an image: by its whole name, else by the last part of it."""
        name = repository(image)
        found = self.by_name.get(name) or self._by_last_part(name)
        places = {(b.context, b.dockerfile, b.target) for b in found}
        return found[0] if len(places) == 1 and found[0].known else None

    def _by_last_part(self, name: str) -> tuple[Build, ...]:
        last = name.rpartition("/")[2]
        names = [n for n in self.by_name if n.rpartition("/")[2] == last and ("/" not in n or "/" not in name)]
        return tuple(b for n in names for b in self.by_name[n])


def ties(library: Library, projects: Iterable[Deployment]) -> Ties:
    """What Compose, scripts, Makefiles and workflows build and tag."""
    found: dict[str, list[Build]] = {}
    for made in (*of_compose(projects), *of_scripts(library)):
        for tag in made.tags:
            found.setdefault(tag, []).append(made.build)
    return Ties({name: tuple(builds) for name, builds in found.items()})
