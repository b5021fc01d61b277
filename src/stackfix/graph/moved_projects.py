"""Compose files whose paths fit a folder above their own: they are copied there before use."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.graph import combinations
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.model import Deployment

_ENOUGH = 3
"""Paths of one folder that are no chance."""


def fits_above(library: Library, project: Deployment) -> bool:
    """Whether nearly all paths of a project fit one folder above its own, and at most one fits its own.

    Contexts, mounts and env files count; what is there in no folder may be made on the way. Not where an editor starts
    the file as it lies.
    """
    if combinations.starts_as_it_lies(library, project):
        return False
    names = tuple(dict.fromkeys(_paths(project)))
    here, folder = _fitting(library, project.folder, names), project.folder
    while folder and here <= 1:
        folder = posixpath.dirname(folder)
        there = _fitting(library, folder, names)
        if there >= _ENOUGH and there * 3 >= len(names) * 2 and there > here + 1:
            return True
    return False


def _paths(project: Deployment) -> Iterator[str]:
    """What a project names of the tree below its folder, without that folder itself."""
    for workload in project.workloads:
        named = [m.source for m in workload.mounts if m.source is not None]
        named += [file.path for file in workload.env_files]
        named += [workload.build.context] if workload.build is not None and workload.build.known else []
        for path in named:
            below = posixpath.relpath(path or ".", project.folder or ".")
            if below != "." and not below.startswith(".."):
                yield below


def _fitting(library: Library, folder: str, names: tuple[str, ...]) -> int:
    paths = [join(folder, name) for name in names]
    return sum(library.tree.is_file(path) or library.tree.is_folder(path) for path in paths)
