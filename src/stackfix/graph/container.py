"""What a container holds and is told to run: the image's files with mounts over them, entry point and command.

Nothing is assumed here: where a command names what isn't there, its start is as unknown as it looks.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.graph import process
from stackfix.graph.command import literal
from stackfix.graph.image_files import Found, absolute
from stackfix.graph.model import Words
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.image import Image
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process, Started


@dataclass(frozen=True, slots=True)
class Files:
    """A container's files: the image's, with bind mounts of the repository over them.

    `hidden` are folders that something unknown is mounted over: what the image has there may be seen, and more.
    `stand_ins` are files of the tree that stand for absent ones, by their absolute path in the container.
    """

    library: Library
    image: Image | None
    mounts: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...] = ()
    stand_ins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def lookup(self, path: str) -> str | Found:
        """The tree's file at an absolute path in the container, or what is known of it otherwise."""
        found = self._lookup(path)
        if found is not Found.ABSENT:
            return found
        if path in self.stand_ins:
            return self.stand_ins[path]
        return Found.MADE if any(_under(path, target) for target in self.hidden) else found

    def _lookup(self, path: str) -> str | Found:
        for target, source in self.mounts:
            if _under(path, target):
                found = tree.join(source, path[len(target) :].lstrip("/")) if path != target else source
                if self.library.tree.is_file(found):
                    return found
                return Found.MADE if self.library.tree.is_unknown(found) else Found.ABSENT
        return self.image.files.lookup(path) if self.image is not None else Found.MADE

    def folder(self, path: str) -> str | None:
        """The tree's folder whose files a folder of the container holds; None where there is no single one."""
        for target, source in self.mounts:
            if _under(path, target):
                return tree.join(source, path[len(target) :].lstrip("/")) if path != target else source
        if self.image is None:
            return None
        for place, file in self.image.files.below(path).items():
            rest = place[len(path.rstrip("/")) + 1 :]
            if file == rest or file.endswith("/" + rest):
                return file[: -len(rest)].rstrip("/")
        return None

    def held(self) -> Mapping[str, str]:
        """All files known to be in the container: their paths in the tree, by their paths there."""
        found = dict(self.image.files.below("/")) if self.image is not None else {}
        for target, source in reversed(self.mounts):
            found = {place: file for place, file in found.items() if not _under(place, target)}
            if self.library.tree.is_file(source):
                found[target] = source
                continue
            cut = len(source) + 1 if source else 0
            found.update({posixpath.join(target, f[cut:]): f for f in self.library.tree.below(source)})
        return found

    def lacks(self, path: str) -> bool:
        """Whether a path is certainly not there: neither file nor folder, and nothing that git ignores becomes it."""
        path = absolute(path)
        if self.lookup(path) is not Found.ABSENT or self._holds_folder(path):
            return False
        if self.image is not None and self.image.files.closed(path):
            return True
        return not any(self.library.sources.would_ignore(origin) for origin in self.origins(path))

    def _holds_folder(self, path: str) -> bool:
        if self.image is not None and self.image.files.holds_folder(path):
            return True
        return any(
            _under(path, target) and self.library.tree.is_folder(tree.join(source, path[len(target) :].lstrip("/")))
            for target, source in self.mounts
        )

    def origins(self, path: str) -> Iterator[str]:
        """The paths of the tree that would come to lie at a path of the container, if they were there."""
        for target, source in self.mounts:
            if _under(path, target):
                yield tree.join(source, path[len(target) :].lstrip("/"))
                return
        if self.image is not None:
            yield from self.image.files.origins(path)


def _under(path: str, target: str) -> bool:
    return target in {"/", path} or path.startswith(target.rstrip("/") + "/")


def _is_there(graph: Graph, source: str) -> bool:
    """Whether the tree has what is mounted. A folder that it hasn't is made before the start, or the file was moved."""
    known = graph.library.tree
    return not known.is_unknown(source) and (not source or known.is_file(source) or known.is_folder(source))


def files(graph: Graph, workload: Workload) -> Files:
    """The files that a workload's process sees."""
    bound = [(m.target, m.source) for m in workload.mounts if m.source is not None and _is_there(graph, m.source)]
    bound.sort(key=lambda pair: -len(pair[0]))
    hidden = tuple(m.target for m in workload.mounts if m.source is None or not _is_there(graph, m.source))
    return Files(graph.library, graph.image(workload), tuple(bound), hidden)


def words(graph: Graph, workload: Workload) -> tuple[Words | None, Words | None] | None:
    """A workload's entry point and command after the deployment's overrides; None where an image hides them.

    Source: Compose specification, "entrypoint" (it clears the image's CMD); Kubernetes, "Define a command" (the same).
    """
    image = graph.image(workload)
    if workload.entrypoint is not None:
        return workload.entrypoint, workload.command
    if image is None:
        return (None, workload.command) if workload.command is not None and is_bare(workload) else None
    if image.entrypoint is None and image.inherits_entrypoint and image.base is None:
        return None
    entrypoint = image.entrypoint or _of_base(image)
    if workload.command is not None:
        return entrypoint, workload.command
    if image.command is None and image.entrypoint is None:
        served = _serving(image)
        return None if served is None else (entrypoint, served)
    return entrypoint, image.command


def _of_base(image: Image) -> Words | None:
    """The entry point that an image has from its base, where that hands its words on to a program."""
    return _unwritten(image, image.base.starts if image.base is not None and image.inherits_entrypoint else ())


def _serving(image: Image) -> Words | None:
    """The command that an image has from its base, where that serves by a configuration."""
    return _unwritten(image, image.base.serves if image.base is not None and image.inherits_command else ())


def _unwritten(image: Image, words: tuple[str, ...]) -> Words | None:
    found = tuple(Template.literal(Text.unwritten(word)) for word in words)
    return Words(found, shell=False, location=image.location, anchor=image.anchor) if found else None


_BARE = frozenset({
    "python", "node", "golang", "ruby", "debian", "ubuntu", "alpine", "nginx", "nginx-unprivileged", "php", "rust",
    "eclipse-temurin", "openjdk", "amazoncorretto", "maven", "bun",
})  # fmt: skip


def is_bare(workload: Workload) -> bool:
    """Whether a pulled image is a bare language or nginx image, whose entry point hands its arguments on."""
    name = workload.image.value if workload.image else ""
    return workload.build is None and name.rpartition("/")[2].partition(":")[0] in _BARE


def begun(graph: Graph, workload: Workload, seen: Files) -> Started | None:
    """What a workload's command starts among these files; None where an image hides the command."""
    found = words(graph, workload)
    whole = process.whole_command(*found) if found is not None else None
    if whole is None or not whole.words:
        return None
    folder = working_folder(graph, workload)
    return process.start(graph.library, whole, seen.lookup, folder, graph.environment(workload))


def working_folder(graph: Graph, workload: Workload) -> str | None:
    """Where a workload's command is started, None where not certain."""
    image = graph.image(workload)
    return workload.working_dir or (image.working_dir if image is not None else None)


def plain_words(begun: Process, seen: Files) -> tuple[str, ...] | None:
    """The words of a process that is all that one instruction of its Dockerfile runs; None where the command is more.

    An ENTRYPOINT in exec form that a CMD gives arguments has other words than the process, and so is none.
    """
    own = (seen.image.entrypoint or seen.image.command) if seen.image is not None else None
    found = tuple(literal(word) for word in begun.words)
    words = tuple(word for word in found if word is not None)
    if own is None or own.anchor != begun.anchor or len(words) != len(found):
        return None
    if not own.shell:
        return words if not begun.wrappers and len(own.words) == len(words) else None
    text = own.words[0].text if own.words else None
    return words if text is not None and tuple(text.value.split()) == words else None
