"""A build's context: which files of the tree are sent to the builder, and what a copied folder brings."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.formats import dockerignore
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.model import Build


class Context:
    """A build context: the files of the tree below a folder, without those that `.dockerignore` drops."""

    __slots__ = ("_dropped", "_ignore", "build", "library")

    def __init__(self, library: Library, build: Build) -> None:
        """Find the ignore file: the Dockerfile's own, else the context's."""
        self.library = library
        self.build = build
        own = build.dockerfile + ".dockerignore"
        shared = join(build.context, ".dockerignore")
        path = own if library.tree.is_file(own) else shared
        self._ignore = library.get(path, dockerignore.read) if library.tree.is_file(path) else None
        self._dropped: dict[str, dockerignore.Pattern | None] = {}

    def dropped(self, path: str) -> dockerignore.Pattern | None:
        """The pattern that drops a path of the context."""
        if self._ignore is None:
            return None
        if path not in self._dropped:
            self._dropped[path] = self._ignore.dropped_by(path)
        return self._dropped[path]

    def kept(self, path: str) -> dockerignore.Pattern | None:
        """The pattern by which somebody has decided that a path of the context is sent."""
        return self._ignore.kept_by(path) if self._ignore is not None else None

    def below(self, path: str) -> Iterator[str]:
        """The files sent at a path or below it; "" is the context."""
        if self.holds(path):
            return iter((path,) if self.dropped(path) is None else ())
        cut = len(self.build.context) + 1 if self.build.context else 0
        inside = (p[cut:] for p in self.library.tree.below(self.tree_path(path)))
        return (f for f in inside if self.dropped(f) is None)

    def holds(self, path: str) -> bool:
        """Whether there is a file at a path of the context, sent or not."""
        return bool(path) and self.library.tree.is_file(self.tree_path(path))

    def tree_path(self, path: str) -> str:
        """A path of the context as one of the tree."""
        return join(self.build.context, path)

    def unknown(self, path: str) -> bool:
        """Whether nobody can say what lies there."""
        whole = self.tree_path(path)
        tree = self.library.tree
        inside = whole + "/" if whole else ""
        return not self.build.known or tree.is_unknown(whole) or any(u.startswith(inside) for u in tree.unknown)


class Sent(Mapping[str, str]):
    """The files that a copied folder brings, from image path to tree path.

    One is looked up without the others: a context holds a whole repository, and most questions are about one file.
    """

    __slots__ = ("__dict__", "_context", "_cut", "_folder", "_target")

    def __init__(self, context: Context, folder: str, target: str, *, parents: bool) -> None:
        """Take a folder of the context, "" for all of it, and where in the image it goes; `parents` keeps its path."""
        self._context = context
        self._folder = folder
        self._target = target
        self._cut = len(folder) + 1 if folder and not parents else 0

    def __bool__(self) -> bool:
        """Whether any file is sent."""
        return any(True for _ in self._context.below(self._folder))

    def __getitem__(self, path: str) -> str:
        """The tree path of an image path; KeyError where the folder doesn't bring it."""
        inside = self._target if self._target.endswith("/") else self._target + "/"
        if not path.startswith(inside):
            raise KeyError(path)
        rest = path[len(inside) :]
        sent = f"{self._folder}/{rest}" if self._cut else rest
        within = not self._folder or sent.startswith(self._folder + "/")
        if not within or not self._context.holds(sent) or self._context.dropped(sent) is not None:
            raise KeyError(path)
        return self._context.tree_path(sent)

    def __iter__(self) -> Iterator[str]:
        """The image paths."""
        return iter(self._listed)

    def __len__(self) -> int:
        """How many files are sent."""
        return len(self._listed)

    @cached_property
    def _listed(self) -> Mapping[str, str]:
        named = ((posixpath.join(self._target, path[self._cut :]), path) for path in self._context.below(self._folder))
        return {image: self._context.tree_path(path) for image, path in named}
