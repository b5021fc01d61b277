"""Which compiled program was meant by a name that no step gives one: in a `COPY --from`, or on a command line."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import program_names
from stackfix.graph.command import literal
from stackfix.graph.image_files import Found, absolute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.container import Files
    from stackfix.graph.image import Image
    from stackfix.graph.image_files import MissingSource
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Words
    from stackfix.graph.products import Product
    from stackfix.graph.started import Process

_KINDS = (".dll", ".jar", ".war", ".exe")
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_OF_FAMILY = {"golang": ("/go/bin", "/usr/local/go/bin"), "rust": ("/usr/local/cargo/bin",)}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a `COPY --from` may have meant: programs of its stage, and the one that it surely did.

    `renamed` is the destination's file name where the command starts the program by the name that was written.
    `otherwise`: the one is built otherwise than was meant, for debugging and not for release.
    """

    fitting: tuple[Product, ...]
    meant: Product | None = None
    renamed: str | None = None
    otherwise: bool = False


def kind(place: str) -> str:
    """The ending of a program's name that says what runs it."""
    ending = posixpath.splitext(place)[1].lower()
    return ending if ending in _KINDS else ""


def taken(graph: Graph, image: Image, missing: MissingSource) -> Taken:
    """Which program of its stage a missing source of a `COPY --from` means."""
    copying = missing.copying
    others = set(_sources(image, missing))
    found = [p for p in missing.products if kind(p.place) == kind(missing.path)]
    free = tuple(p for p in found if not any(_under(p.place, other) for other in others))
    if copying is None or copying.destination is None:
        return Taken(free)
    name = posixpath.basename(missing.path)
    target = posixpath.basename(copying.destination)
    inside = copying.slash or "." not in target
    started = {*_started(graph, image)}
    named = [p for p in free if p.name == name] or [p for p in free if p.name == target and not copying.slash]
    near = any(posixpath.dirname(p.place) == posixpath.dirname(missing.path) for p in free)
    if not (named or near or copying.destination in started or name in {posixpath.basename(word) for word in started}):
        # What is missing is no program.
        return Taken(())
    chosen = named if len(named) == 1 else list(free)
    one = chosen[0] if len(chosen) == 1 and chosen[0].sure else None
    if one is None or not (named or program_names.stands_for(graph.library, missing.path, one)):
        return Taken(free)
    in_folder = posixpath.join(copying.destination, name) in started if inside else False
    searched = name in started and copying.slash
    renamed = name if one.name != name and copying.destination not in started and (in_folder or searched) else None
    folders = {posixpath.basename(posixpath.dirname(p)).lower() for p in (one.place, missing.path)}
    return Taken(free, one, renamed, otherwise=folders == {"debug", "release"})


def _under(place: str, folder: str) -> bool:
    return folder in {"/", place} or place.startswith(folder + "/")


def _sources(image: Image, missing: MissingSource) -> Iterator[str]:
    """What other instructions take from earlier stages."""
    for stage in image.document.stages:
        for instruction in stage.instructions:
            if instruction.name == "COPY" and instruction.flag("from") is not None:
                words = instruction.words[:-1]
                yield from (absolute(w.value) for w in words if w.text is not missing.text)


def _started(graph: Graph, image: Image) -> Iterator[str]:
    """The programs, and what they are given to run, that the deployments of an image start, as absolute paths too."""
    for workload in graph.running:
        made = graph.image(workload)
        begun = graph.started(workload) if made is not None and made.path == image.path else None
        for process in (*begun.steps, *begun.processes) if begun is not None else ():
            for word in process.words:
                value = literal(word)
                if value and not value.startswith("-"):
                    yield value
                    yield posixpath.normpath(posixpath.join(process.folder or "/", value))
    for words in (image.entrypoint, image.command):
        yield from _plain(words, image.working_dir)


def _plain(words: Words | None, folder: str | None) -> Iterator[str]:
    for word in words.words if words is not None else ():
        for value in (literal(word) or "").split():
            yield value
            yield posixpath.normpath(posixpath.join(folder or "/", value))


def programs(place: str, seen: Files) -> tuple[Product, ...]:
    """The programs of an image that a command may have meant which names one that isn't there."""
    if seen.image is None:
        return ()
    held = seen.image.files.products.values()
    there = [p for p in held if kind(p.place) == kind(place) and seen.lookup(p.place) is Found.MADE]
    same = [p for p in there if p.name == posixpath.basename(place)]
    return tuple(sorted(same or there, key=lambda p: p.place))


def searched(process: Process, seen: Files) -> tuple[str, ...] | None:
    """The folders where a shell looks for a program by its bare name; None where nobody knows."""
    image = seen.image
    if image is None or image.base is None:
        return None
    told = process.environment.get("PATH")
    if told is None or told.value is None:
        settings = (i for stage in image.chain for i in stage.instructions if i.name == "ENV")
        reset = any(pair.name.value == "PATH" for instruction in settings for pair in instruction.pairs)
        return None if reset else (*_OF_FAMILY.get(image.base.family, ()), *_PATH)
    return tuple(part for part in told.value.value.split(":") if part.startswith("/"))
