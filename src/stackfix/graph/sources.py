"""From a workload's command to the source that it runs: files through image and mounts, programs, defaults, copies."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import application, container, environment, references
from stackfix.graph.image_files import Found
from stackfix.graph.model import Reference, Writing
from stackfix.graph.value import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.application import Program
    from stackfix.graph.container import Files
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.python_facts import EnvRead
    from stackfix.graph.started import Entry, Process, Started
    from stackfix.text import Text


def files(graph: Graph, workload: Workload) -> Files:
    """The files that a workload's process sees; the one file that fits stands for an entry point that is missing."""
    return replace(container.files(graph, workload), stand_ins=graph.entries(workload).stand_ins)


def started(graph: Graph, workload: Workload) -> Started | None:
    """What a workload's command starts; None where an image hides the command."""
    return container.begun(graph, workload, files(graph, workload))


def program(graph: Graph, workload: Workload, begun: Process) -> Program | None:
    """The Python program behind a process."""
    entry = begun.entry
    if entry is None:
        return None
    seen = files(graph, workload)
    folders = (*entry.folders, *_python_path(begun), *((begun.folder,) if begun.folder else ()))
    if entry.module is not None:
        for folder in dict.fromkeys(folders):
            found = _module(seen, folder, entry.module, main=entry.kind == "module")
            if found is not None:
                return _followed(graph.library, seen, found, folders, entry, begun)
        return None
    path = seen.lookup(entry.path) if entry.path is not None else Found.MADE
    if not isinstance(path, str) or not path.endswith(".py"):
        return None
    roots = tuple(r for f in folders if (r := seen.folder(f)) is not None)
    words = begun.words[1:]
    settings = _settings(begun)
    return graph.library.remember(
        ("script", path, roots, words, settings),
        lambda: application.program(graph.library, path, roots, arguments=words, settings=settings),
    )


def _settings(begun: Process) -> str | None:
    """The module that the environment says is Django's settings."""
    given = begun.environment.get("DJANGO_SETTINGS_MODULE")
    return given.value.value if given is not None and given.value is not None else None


def _python_path(begun: Process) -> tuple[str, ...]:
    given = begun.environment.get("PYTHONPATH")
    if given is None or given.value is None:
        return ()
    return tuple(part for part in given.value.value.split(":") if part.startswith("/"))


def _module(seen: Files, folder: str, module: str, *, main: bool) -> str | None:
    """The file of a module; `main`: as `python -m` runs it, by a package's own `__main__`."""
    base = posixpath.join(folder, module.replace(".", "/"))
    inside = ("/__main__.py", "/__init__.py") if main else ("/__init__.py", "/__main__.py")
    for path in (base + ".py", *(base + ending for ending in inside)):
        found = seen.lookup(path)
        if isinstance(found, str):
            return found
    return None


def _followed(  # noqa: PLR0913, PLR0917 - a start command has that many parts
    library: Library, seen: Files, path: str, folders: tuple[str, ...], entry: Entry, begun: Process
) -> Program | None:
    roots = tuple(dict.fromkeys(r for f in folders if (r := seen.folder(f)) is not None))
    words = begun.words[1:]
    main, attribute, settings = entry.kind == "module", entry.attribute, _settings(begun)
    return library.remember(
        ("module", path, roots, entry.module, main, attribute, words, settings),
        lambda: application.program(
            library, path, roots, entry.module, main=main, attribute=attribute, arguments=words, settings=settings
        ),
    )


# --- references in the source ----------------------------------------------------------------------------------------


def defaults(graph: Graph, workload: Workload) -> Iterator[Reference]:
    """Addresses in defaults of the source that take effect, since the deployment doesn't give the variable."""
    seen = graph.environment(workload)
    if seen.complete:
        yield from _addresses(graph, workload, seen, given=False)


def overridden(graph: Graph, workload: Workload) -> Iterator[Reference]:
    """Addresses in defaults of the source that don't take effect, since the deployment gives the variable."""
    yield from _addresses(graph, workload, graph.environment(workload), given=True)


def _addresses(graph: Graph, workload: Workload, seen: Environment, *, given: bool) -> Iterator[Reference]:
    for program_, read in _reads(graph, workload):
        if read.location.path not in program_.imported:
            continue
        if any(seen.get(name) is not None for name in (read.name, *read.names)) is not given:
            continue
        text = _default(program_, read, seen)
        if text is None:
            continue
        for part, found in references.addresses(read.name, text):
            place = located(part)
            if place is not None:
                yield Reference(
                    address=found,
                    value=part,
                    location=place,
                    anchor=read.anchor,
                    writing=Writing.SOURCE_DEFAULT,
                    place=references.place_of(read.name, workload, found.scheme),
                    workload=workload,
                    variable=read.name,
                    calls=read.name in program_.called_variables,
                )


def _reads(graph: Graph, workload: Workload) -> Iterator[tuple[Program, EnvRead]]:
    for found in graph.programs(workload):
        for read in found.env_reads:
            yield found, read


def _default(found: Program, read: EnvRead, seen: Environment) -> Text | None:
    if read.default is None:
        return None
    path = read.location.path
    value = found.value(path, read.default).fill(Environment({}, seen.complete))
    return value.text if value else None


def copies(graph: Graph, workload: Workload, variable: str) -> tuple[Text, ...]:
    """Other places that give a workload's variable a value: defaults in its source, lines of dotenv files beside it."""
    texts = []
    for found, read in _reads(graph, workload):
        if variable in {read.name, *read.names} and (text := _default(found, read, Environment())) is not None:
            texts.append(text)
    for path in _dotenv_files(graph, workload):
        given = (environment.variables(graph.library, path) or {}).get(variable)
        if given is not None and given.value is not None:
            texts.append(given.value)
    return tuple(texts)


def _dotenv_files(graph: Graph, workload: Workload) -> Iterator[str]:
    """The dotenv files of the project's folder and of the build's context: the live ones and the examples."""
    build = graph.build_of(workload)
    for folder in dict.fromkeys((workload.deployment.folder, build.context if build else workload.deployment.folder)):
        for path in sorted(graph.library.tree.entries):
            if posixpath.dirname(path) == folder and environment.is_dotenv(path):
                yield path
