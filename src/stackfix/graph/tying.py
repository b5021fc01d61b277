"""Which build makes which image: known from who builds and tags it, never from file names."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.graph.builds import of_compose, of_scripts, repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stackfix.graph.builds import Made
    from stackfix.graph.library import Library
    from stackfix.graph.model import Build, Deployment

__all__ = ["Ties", "beside", "repository", "ties", "untagged"]


@dataclass(frozen=True)
class Ties:
    """Builds by the name of the image that they make; a name that several builds claim ties nothing."""

    by_name: Mapping[str, tuple[Build, ...]]

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, ...]]:
        """The names by their last parts."""
        parts: dict[str, list[str]] = {}
        for name in self.by_name:
            parts.setdefault(name.rpartition("/")[2], []).append(name)
        return {part: tuple(names) for part, names in parts.items()}

    def build(self, image: str) -> Build | None:
        """The one build that makes an image: by its whole name, else by the last part of it."""
        name = repository(image)
        found = self.by_name.get(name) or self._by_last_part(name)
        places = {(b.context, b.dockerfile, b.target) for b in found}
        return found[0] if len(places) == 1 and found[0].known else None

    def _by_last_part(self, name: str) -> tuple[Build, ...]:
        last = name.rpartition("/")[2]
        names = [n for n in self._names.get(last, ()) if "/" not in n or "/" not in name]
        return tuple(b for n in names for b in self.by_name[n])


def untagged(made: Iterable[Made]) -> Mapping[str, tuple[Build, ...]]:
    """The builds that nobody is seen to name an image by, by the names of their folders."""
    found: dict[str, dict[tuple[str, str | None], Build]] = {}
    for one in made:
        if not one.tags and one.build.context:
            key = (one.build.dockerfile, one.build.target)
            found.setdefault(posixpath.basename(one.build.context), {})[key] = one.build
    return {name: tuple(builds.values()) for name, builds in found.items()}


def beside(builds: Mapping[str, tuple[Build, ...]], image: str, path: str) -> Build | None:
    """The build of the folder that a manifest lies in, where it is the image's name that the folder has."""
    named = builds.get(repository(image).rpartition("/")[2], ())
    found = [build for build in named if path.startswith(build.context + "/")]
    return found[0] if len(found) == 1 else None


def ties(library: Library, projects: Iterable[Deployment]) -> Ties:
    """What Compose, scripts, Makefiles and workflows build and tag."""
    found: dict[str, list[Build]] = {}
    for made in (*of_compose(projects), *of_scripts(library)):
        for tag in made.tags:
            found.setdefault(tag, []).append(made.build)
    return Ties({name: tuple(builds) for name, builds in found.items()})
