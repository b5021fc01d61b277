"""What an environment lacks: files that it names and nobody has, variables that the source can't do without.

Silent wherever somebody may give them: ignored files, scripts and READMEs that make them, unknown sources of variables.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import demands, environment, handed, kinship, secrets, sources, undefined
from stackfix.graph.carried import carried
from stackfix.graph.python_facts import UNSEEN_FILE
from stackfix.graph.value import Origin
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.application import Program
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import EnvFile, Workload
    from stackfix.graph.node_demands import Demand
    from stackfix.graph.python_facts import EnvRead
    from stackfix.graph.started import Process

PLACEHOLDER = "CHANGE_ME"
_TELLS = (".md", ".sh", ".bash", ".mk", ".rst", ".txt", ".yml", ".yaml", ".toml", ".json", ".py", ".ps1", ".bat")
_TELLERS = frozenset({"Makefile", "makefile", "justfile", "Justfile", "Taskfile", "README", "Vagrantfile"})
# What the machine, the orchestrator or the cloud gives by itself.
_GIVEN = re.compile(
    r"(?:HOME|PATH|PWD|USER|SHELL|LANG|TZ|HOSTNAME|TMPDIR|VIRTUAL_ENV|CI)|(?:AWS|AZURE|GOOGLE|GCP|KUBERNETES|PYTHON|XDG|LC)_.*"
    r"|.*_(?:SERVICE_HOST|SERVICE_PORT.*|PORT_\d+_(?:TCP|UDP).*)"
)


# --- env_file --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AbsentFile:
    """An env_file that isn't there. `example` is the one example beside it. `alone`: it is its service's only one.

    `meant` is the one file of nearly that name which gives what the source lacks. `needed`: the source can't start
    without a variable that nothing else gives.
    """

    workload: Workload
    file: EnvFile
    example: str | None
    alone: bool
    meant: str | None = None
    needed: bool = False


def absent_files(graph: Graph) -> Iterator[AbsentFile]:
    """Every env_file that must be there, isn't, and that nobody is told to make."""
    library = graph.library
    if not library.tree.in_git:
        return
    for workload in graph.workloads:
        for file in workload.env_files:
            known = library.tree.is_file(file.path) or library.tree.is_unknown(file.path)
            if known or file.missing_ok or library.sources.would_ignore(file.path) or _made(library, file.path):
                continue
            if _seen_from_above(library, workload.deployment.folder, file.text.value):
                continue
            if file.path == join(workload.deployment.folder, ".env") and undefined.needs_its_own_file(graph, workload):
                continue
            folder, name = posixpath.split(file.path)
            if _ignored_elsewhere(library, name) or carried(library, file.anchor.path):
                continue
            found = [p for p in _examples(library, folder) if _of(posixpath.basename(p), name)]
            lacked, example = frozenset(_lacked(graph, workload)), found[0] if len(found) == 1 else None
            meant = _meant(library, file.path, lacked)
            yield AbsentFile(workload, file, example, len(workload.env_files) == 1, meant, bool(lacked))


def _lacked(graph: Graph, workload: Workload) -> Iterator[str]:
    """The variables that the source requires, and that nothing else gives."""
    given = graph.environment(workload).variables
    for program in graph.programs(workload):
        for read in program.env_reads:
            if _needed(read, program) and not {read.name, *read.names} & given.keys():
                yield read.name
    begun = graph.started(workload)
    for process in begun.processes if begun is not None else ():
        for demand in demands.demanded(graph, workload, process):
            if not _GIVEN.fullmatch(demand.name) and demand.name not in given:
                yield demand.name


def _meant(library: Library, path: str, lacked: frozenset[str]) -> str | None:
    """The one dotenv file that is nearly called so, here or so elsewhere, and that gives all that is lacked."""
    folder, name = posixpath.split(path)
    fitting = []
    for other in library.tree.entries if lacked else ():
        place, called = posixpath.split(other)
        akin = place == folder and kinship.akin(called.removesuffix(".env"), name.removesuffix(".env"))
        if (akin or called == name) and environment.is_dotenv(other) and not environment.is_example(other):
            given = environment.variables(library, other) or {}
            fitting += [other] if lacked <= given.keys() else []
    return fitting[0] if len(fitting) == 1 else None


def _ignored_elsewhere(library: Library, name: str) -> bool:
    """Whether git ignores a file of that name in another folder: it is kept out on purpose, wherever it is put."""
    return any(
        library.sources.would_ignore(join(posixpath.dirname(path), name)) for path in library.tree.named(".gitignore")
    )


def _seen_from_above(library: Library, folder: str, written: str) -> bool:
    """Whether the path is right from a folder above: the project is started there, or its file is a copy."""
    while folder:
        folder = posixpath.dirname(folder)
        if library.tree.is_file(join(folder, written)):
            return True
    return False


def _examples(library: Library, folder: str) -> list[str]:
    return [p for p in sorted(library.tree.directly_in(folder)) if environment.is_example(p)]


def _of(example: str, name: str) -> bool:
    """Whether an example is that of a file: the same name with a word for it added."""
    bare = re.sub(r"[._-]?(?:example|sample|template|dist|tmpl)[._-]?", "", example)
    return bare.strip(".") == name.strip(".")


def _made(library: Library, path: str) -> bool:
    """Whether a script, a CI definition or a document writes or copies a file of that name."""
    name = re.escape(posixpath.basename(path))
    makes = re.compile(
        rf"(?:\b(?:cp|mv|copy|touch|ln|tee|install|envsubst|dotenvx?)\b[^\n]*|>[ \t]*[^\s|;&]*){name}(?![\w.-])"
    )
    for other, entry in library.tree.entries.items():
        if entry.tracked and not (other.endswith(_TELLS) or posixpath.basename(other) in _TELLERS):
            continue
        data = library.sources.read(other) if other.endswith(_TELLS) or posixpath.basename(other) in _TELLERS else None
        if (
            data is not None
            and posixpath.basename(path).encode() in data
            and makes.search(data.decode("utf-8", "replace"))
        ):
            return True
    return False


# --- variables -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lacking:
    """A variable that a workload's source can't start without, and that nothing gives it.

    `value` is what all other deployments of the component that give it agree on, with where; else the name of the one
    component that the client fits which takes it as its host. None where nothing tells. `host`: it is such a host, and
    no placeholder would do.
    """

    workload: Workload
    read: EnvRead | Demand
    value: str | None
    given: tuple[Location, ...]
    host: bool = False


def lacking(graph: Graph) -> Iterator[Lacking]:
    """Every such variable, once a workload."""
    for workload in graph.workloads:
        begun = graph.started(workload)
        if begun is None or not begun.known or workload.deployment.fragment or len(begun.processes) != 1:
            continue
        process = begun.processes[0]
        seen: set[str] = set()
        for read in _lacking(graph, workload, process):
            if read.name not in seen:
                seen.add(read.name)
                yield _valued(graph, workload, read)


def _lacking(graph: Graph, workload: Workload, process: Process) -> Iterator[EnvRead | Demand]:
    yield from _reads(graph, workload, process)
    yield from _demands(graph, workload, process)


def _reads(graph: Graph, workload: Workload, process: Process) -> Iterator[EnvRead]:
    """What a Python program reads as it starts, and nothing gives."""
    program = graph.program_of(workload, process)
    if program is None or not process.environment.complete or not graph.environment(workload).complete:
        return
    for read in program.env_reads:
        if _needed(read, program) and not _has(graph, workload, process, program, read):
            yield read


def _demands(graph: Graph, workload: Workload, process: Process) -> Iterator[Demand]:
    """What a program of another language ends without, and nothing gives."""
    found = demands.demanded(graph, workload, process)
    seen = demands.seen(graph, workload, process) if found else None
    if seen is None or not seen.complete:
        return
    given = {*seen.variables, *process.environment.variables, *graph.environment(workload).variables}
    yield from (one for one in found if one.name not in given and not _GIVEN.fullmatch(one.name.upper()))


def _valued(graph: Graph, workload: Workload, read: EnvRead | Demand) -> Lacking:
    value, given = _agreed(graph, workload, read.name)
    fit = handed.wanted(graph, workload, read.name) if value is None else None
    if fit is None or value is not None:
        return Lacking(workload, read, value, given)
    if not fit.certain:
        return Lacking(workload, read, None, (), host=True)
    return Lacking(workload, read, fit.candidates[0].name, (fit.candidates[0].place,), host=True)


def _needed(read: EnvRead, program: Program) -> bool:
    """Whether the program surely reads it as it starts, and fails there."""
    spot = read.spot
    if not read.required or spot.conditional or spot.guarded or spot.fallback or spot.main or spot.function is not None:
        return False
    if read.location.path not in program.imported:
        return False
    return read.name not in program.env_writes and not _GIVEN.fullmatch(read.name.upper())


def _has(graph: Graph, workload: Workload, process: Process, program: Program, read: EnvRead) -> bool:
    """Whether anything gives it, or may."""
    names = {n.upper() if read.insensitive else n for n in (read.name, *read.names, *read.wholes)}
    given = {*process.environment.variables, *graph.environment(workload).variables, *program.env_writes}
    if names & {n.upper() if read.insensitive else n for n in given}:
        return True
    return (program.dotenv or read.env_file is not None) and not _no_file(graph, workload, process, read)


def _no_file(graph: Graph, workload: Workload, process: Process, read: EnvRead) -> bool:
    """Whether the dotenv file that the source would look into is certainly not in the container."""
    if read.env_file == UNSEEN_FILE:
        return False
    files = sources.files(graph, workload)
    folders = {process.folder, posixpath.dirname(process.entry.path) if process.entry and process.entry.path else None}
    places = [posixpath.join(f, read.env_file or ".env") for f in folders if f is not None]
    return bool(places) and all(files.lacks(place) for place in places)


def _agreed(graph: Graph, workload: Workload, name: str) -> tuple[str | None, tuple[Location, ...]]:
    """The value that other deployments of the component give; a secret is nobody's to copy."""
    found = []
    for other in graph.components.get(graph.component(workload), ()):
        variable = other.environment.get(name) if other is not workload else None
        if variable is not None and variable.origin is Origin.DEPLOYMENT:
            found.append(variable)
    values = {v.value.value if v.value is not None and not v.secret else None for v in found}
    value = values.pop() if len(values) == 1 else None
    if value is None or secrets.is_secret(name, value):
        return None, ()
    return value, tuple(v.location for v in found)
