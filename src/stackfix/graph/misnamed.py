"""Variables that a deployment sets under a name that nothing reads, beside one that is read and never set.

Needs to see all that the container runs, and that no code of the repository says the unread name. May import the
graph's nouns, sources and what programs read.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import environment, kinship, loaded_env, node_sources
from stackfix.graph.value import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.value import Variable
    from stackfix.text import Text

_BASES = frozenset({"python", "node", "bun", "uv", "pypy", "deno"})
"""Images whose own entry points read no variables of an application."""
_SHORTEST = 5
_TOOLS = re.compile(
    r"(?:UVICORN|GUNICORN|HYPERCORN|WEB_CONCURRENCY|FLASK|DJANGO|CELERY|STREAMLIT|PYTHON|PIP|UV|POETRY|NODE|NPM|NEXT|NUXT|VITE|OTEL"
    r"|DD|SENTRY|AWS|GOOGLE|GCP|AZURE|HF|HUGGINGFACE|OPENAI|ANTHROPIC|LANGCHAIN|LANGSMITH|TZ|LANG|LC|PG|PUID|PGID|HTTP|HTTPS|NO"
    r"|SSL|REQUESTS|CURL|MPL|OMP|TORCH|CUDA|NVIDIA|TRANSFORMERS|PORT|HOST|COMPOSE|DOCKER|K8S|KUBERNETES)(?:_|$)"
)
"""What libraries and tools read without a word in the source."""
_SAME_THING = frozenset({"STR", "STRING", "LIST", "CSV", "JSON", "RAW", "URL", "URI", "NAME", "VALUE", "ENV", "S"})
"""Words that a name may have more without meaning something else."""


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A variable that is set and never read. `read` is the one that was meant, with where it is read.

    `names` are the places to rename: where it is set, and the same line in dotenv files beside that one.
    """

    workload: Workload
    variable: Variable
    read: str
    reading: Location
    name: Text
    names: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    name: str
    needed: bool
    location: Location
    asked: bool = True  # by code that is seen to run


def misnamed(graph: Graph) -> Iterator[Misnamed]:
    """Every such variable, once a workload."""
    for workload in graph.workloads:
        read = _reads(graph, workload)
        if not read:
            continue
        given = _given(graph, workload)
        pairs = [
            (variable, one)
            for variable in workload.environment.variables.values()
            if variable.name not in read and not _TOOLS.match(variable.name)
            for one in read.values()
            if one.asked and one.name not in given and _meant(variable.name, one)
        ]
        for variable, one in pairs:
            alone = [p for p in pairs if p[0] is variable or p[1] is one] == [(variable, one)]
            found = _found(graph, workload, variable, one) if alone else None
            if found is not None:
                yield found


def _reads(graph: Graph, workload: Workload) -> dict[str, _Read]:
    """What all programs of a workload read, by name; nothing where any of it can't be seen."""
    begun, image = graph.started(workload), graph.image(workload)
    base = image.base_name.value if image is not None and image.base_name is not None else None
    plain = base is None or re.split(r"[:@]", posixpath.basename(base))[0] in _BASES
    if begun is None or not begun.known or not plain or not graph.environment(workload).complete:
        return {}
    found: dict[str, _Read] = {}
    for process in begun.processes:
        program = graph.program_of(workload, process)
        node = node_sources.program(graph, workload, process) if program is None else None
        if program is not None and program.env_complete and not program.unread:
            for read in program.env_reads:
                needed = read.required and read.spot.function is None
                asked = read.location.path in program.imported
                for name in {n.upper() if read.insensitive else n for n in (read.name, *read.names)}:
                    if asked or name not in found:
                        found[name] = _Read(name, needed, read.location, asked)
        elif node is not None and not node.unread:
            found.update({r.name: _Read(r.name, r.default is None, r.location) for r in node.reads})
        else:
            return {}
    return found


def _given(graph: Graph, workload: Workload) -> frozenset[str]:
    """All names that are set for a workload's processes, by its source and the files that it loads, too."""
    names = set(graph.environment(workload).variables)
    begun = graph.started(workload)
    for process in begun.processes if begun is not None else ():
        names |= set(process.environment.variables)
        program = graph.program_of(workload, process)
        if program is not None:
            names |= program.env_writes | set(loaded_env.seen(graph, workload, process, program).variables)
    return frozenset(names) | {n.upper() for n in names}


def _meant(name: str, read: _Read) -> bool:
    """Whether one name was written for the other: one edit, or one more word at either end."""
    other = read.name
    shorter, longer = sorted((name, other), key=len)
    if len(shorter) < _SHORTEST or "__" in longer:
        return False
    if longer.startswith(shorter + "_") or longer.endswith("_" + shorter):
        extra = longer.removeprefix(shorter + "_") if longer.startswith(shorter + "_") else longer[: -len(shorter) - 1]
        return extra in _SAME_THING or (read.needed and "_" not in extra and "_" in shorter)
    return kinship.one_edit(name, other) and not _numbered(name, other)


def _numbered(one: str, other: str) -> bool:
    """Whether two names differ by a number: DB_1 and DB_2 are two things."""
    return re.sub(r"\d", "", one) == re.sub(r"\d", "", other)


def _found(graph: Graph, workload: Workload, variable: Variable, read: _Read) -> Misnamed | None:
    library = graph.library
    name = _name(library, variable)
    if name is None or environment.spoken(library, variable.name) or variable.origin is Origin.IMAGE:
        return None
    others = [w for w in graph.workloads if w is not workload and w.environment.get(variable.name) is not None]
    shared = [w for w in others if _place(w.environment.get(variable.name)) == variable.location]
    if any(not _reads(graph, w) or (read.name not in _reads(graph, w)) for w in shared):
        return None
    return Misnamed(workload, variable, read.name, read.location, name, (name, *_copies(library, variable)))


def _place(variable: Variable | None) -> Location | None:
    return variable.location if variable is not None else None


def _name(library: Library, variable: Variable) -> Text | None:
    """A variable's name where it is set."""
    return _within(library.text(variable.location.path), variable.location, variable.name)


def _within(text: Text | None, place: Location, name: str) -> Text | None:
    if text is None:
        return None
    for match in re.finditer(rf"(?<![\w]){re.escape(name)}(?!\w)", text.value):
        found = text.slice(*match.span())
        if found.place is not None and place.span.contains(found.place[1]):
            return found
    return None


def _copies(library: Library, variable: Variable) -> Iterator[Text]:
    """The same name in the other dotenv files of the folder, where a dotenv file sets it."""
    if variable.origin is not Origin.ENV_FILE:
        return
    folder = posixpath.dirname(variable.location.path)
    for path in sorted(library.tree.entries):
        if posixpath.dirname(path) == folder and environment.is_dotenv(path) and path != variable.location.path:
            given = (environment.variables(library, path) or {}).get(variable.name)
            name = _name(library, given) if given is not None else None
            if name is not None and located(name) is not None:
                yield name
