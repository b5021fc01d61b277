"""Which Go program of the repository an image runs: from the step that compiles it to its `main` package.

Source: `go help build`.

May import formats, the graph's nouns and the reader of Go code.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.formats import shell
from stackfix.graph import go_code
from stackfix.graph.image_files import absolute
from stackfix.text import Text
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.formats.dockerfile import Stage
    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph

_VALUED = frozenset({
    "-o", "-C", "-p", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix", "-ldflags",
    "-mod", "-modfile", "-overlay", "-pgo", "-pkgdir", "-tags", "-toolexec",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Program:
    """A program's module and `main` package, folders of the tree."""

    module: str
    package: str


@dataclass(frozen=True, slots=True)
class _Step:
    """One `go build` as written: the stage, its folder in the image, what is built, and where it is put."""

    stage: Stage
    folder: str
    package: str
    output: str | None


def program(graph: Graph, image: Image, name: str, folder: str | None) -> Program | None:
    """The program that a name on the command line stands for; None where it isn't certain."""
    found = []
    for step in _steps(graph, image):
        made = _module(graph, image, step)
        if made is not None and _named(image, step, made, name, folder):
            found.append(made)
    return found[0] if len(set(found)) == 1 else None


def _steps(graph: Graph, image: Image) -> Iterator[_Step]:
    for stage in image.document.stages:
        builds = [i for i in stage.instructions if i.name == "RUN" and "go" in i.rest.value and "build" in i.rest.value]
        made = graph.image_of(replace(image.build, target=str(stage.index))) if builds else None
        if made is None or made.working_dir is None:
            continue
        for instruction in builds:
            folder: str = made.working_dir
            for command in shell.read(instruction.rest).commands:
                words = [_spelled(word) for word in command.words]
                if words[:1] == ["cd"] and len(words) > 1:
                    folder = posixpath.join(folder, words[1])
                if words[:2] == ["go", "build"]:
                    yield _step(stage, folder, words[2:])


def _spelled(word: shell.Word) -> str:
    """A word's characters, with a dollar in place of what a variable gives."""
    return "".join(part.value if isinstance(part, Text) else "$" for part in word.parts)


def _step(stage: Stage, folder: str, words: list[str]) -> _Step:
    output: str | None = None
    packages = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        option, equals, value = word.partition("=")
        if not word.startswith("-"):
            packages.append(word)
            continue
        if option in _VALUED and not equals:
            value = queue.pop(0) if queue else ""
        if option == "-o":
            output = value
        if option == "-C":
            folder = posixpath.join(folder, value)
    package = packages[0] if len(packages) == 1 else "" if packages else "."
    return _Step(stage, absolute(folder), "" if "$" in package else package, output)


def _module(graph: Graph, image: Image, step: _Step) -> Program | None:
    """The module of the tree that the package comes from, and the package's folder in it."""
    made = graph.image_of(replace(image.build, target=str(step.stage.index)))
    if made is None or not step.package:
        return None
    package = posixpath.normpath(posixpath.join(step.folder, step.package))
    package = posixpath.dirname(package) if package.endswith(".go") else package
    held = made.files.below("/")
    folder = package
    while folder != "/" and f"{folder}/go.mod" not in held:
        folder = posixpath.dirname(folder)
    manifest = held.get(f"{folder.rstrip('/')}/go.mod")
    if manifest is None:
        return None
    module = posixpath.dirname(manifest)
    inside = posixpath.relpath(package, folder)
    found = Program(module, module if inside == "." else join(module, inside))
    return found if found.package in go_code.main_packages(graph.library, module) else None


def _named(image: Image, step: _Step, made: Program, name: str, folder: str | None) -> bool:
    """Whether a word on the command line is what the step makes, where it is copied to in the end."""
    output = posixpath.join(step.folder, step.output or "./")
    if step.output is None or output.endswith("/"):
        output = posixpath.join(output, posixpath.basename(made.package or made.module))
    output = absolute(output)
    places = {output} if step.stage in image.chain else set()
    for copying in image.copies:
        if copying.destination is None or copying.instruction.flag("from") is None:
            continue
        for _, value in copying.sources:
            source = absolute(value.text.value) if value is not None else ""
            if source == output:
                places.add(posixpath.join(copying.destination, posixpath.basename(output)))
                places |= set() if copying.slash else {copying.destination}
            elif source and output.startswith(source.rstrip("/") + "/"):
                places.add(posixpath.join(copying.destination, output[len(source.rstrip("/")) + 1 :]))
    if "/" not in name:
        return any(posixpath.basename(place) == name for place in places)
    return absolute(posixpath.join(folder or image.working_dir or "/", name)) in places
