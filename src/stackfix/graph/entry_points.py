"""Entry points that a command names and the container certainly lacks, and what was meant by them.

While exactly one candidate fits, the graph follows it: it stands for the missing file wherever the container is asked.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from stackfix.graph import builds, container, entry_candidates, kinship, product_candidates
from stackfix.graph.command import literal
from stackfix.graph.image_files import Found
from stackfix.graph.model import Platform
from stackfix.graph.started import Listens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.container import Files
    from stackfix.graph.entry_candidates import Candidate
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Mount, Workload
    from stackfix.graph.started import Entry, Process, Started
    from stackfix.text import Text

_MODULES = frozenset({"uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "celery", "flask", "waitress-serve"})
_INSTALLS_PROJECT = re.compile(
    r"install\s+(?:\S+\s+)*(?:-e\s*)?\.(?:\[|/|\s|$|&|;)|uv sync|poetry install|pdm |pipenv|setup\.py"
)
_LISTS = re.compile(r"requirements[^/]*\.(?:txt|in)$|pyproject\.toml$|setup\.")
_SOURCES = (".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".sh", ".rb", ".php")
_NODE = frozenset({"node", "nodejs"})
_MAKERS = frozenset(
    {"npm", "npx", "yarn", "pnpm", "bun", "bunx", "corepack", "tsc", "swc", "esbuild", "webpack", "vite", "rollup",
     "turbo", "nest", "next", "nuxt", "nuxi", "make", "just", "go", "cargo", "mvn", "mvnw", "gradle", "dotnet",
     "gradlew", "javac", "composer", "git", "curl", "wget", "tar", "unzip", "cp", "mv", "ln", "install", "envsubst"}
)  # fmt: skip
"""Programs that make files."""
_NODE_ENDINGS = (".js", ".mjs", ".cjs", ".json", "/index.js", "/package.json")


@dataclass(frozen=True, slots=True)
class Missing:
    """One entry that isn't there. `text` is the word that names it, `place` where it should be in the container.

    `origins` are the paths of the tree that would come to lie there. `candidates` are what could have been meant, the
    likeliest first; `fits` is the one that certainly was.
    """

    process: Process
    text: Text
    place: str
    origins: tuple[str, ...]
    candidates: tuple[Candidate, ...] = ()
    fits: Candidate | None = None

    @property
    def manifest(self) -> str | None:
        """The package.json that lacks the script that the word names; None where it names no script."""
        entry = self.process.entry
        return self.origins[0] if entry is not None and entry.kind == "package script" and self.origins else None


@dataclass(frozen=True, slots=True)
class Entries:
    """What is missing of one workload's entries. `stand_ins`: the tree's file by the place where one is missing."""

    missing: tuple[Missing, ...] = ()
    stand_ins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


_RUNS = {"dotnet": (".dll", ""), "java": (".jar", "-jar")}
"""Programs that run a file: how it ends, and the option before it."""
_SHORTEST = 3
"""Letters without which one letter more or less says nothing."""


def entries(graph: Graph, workload: Workload) -> Entries:
    """The entry points that a workload's command names in vain."""
    seen = container.files(graph, workload)
    if seen.image is not None and (not seen.image.copies or builds.astray(graph.library, seen.image)):
        # An image that is given no file at all has what it starts put into it when it runs.
        return Entries()
    begun = container.begun(graph, workload, seen)
    if begun is None or _given_later(workload, seen):
        return Entries()
    found = []
    for process in (*begun.steps, *begun.processes):
        if process in begun.steps and _makes_files(process):
            # What comes after it in the same command may start what it made.
            break
        named = _missing(process, seen)
        if named is None:
            continue
        text, place = named
        listed = entry_candidates.candidates(graph.library, process, place, seen, written=text.value)
        free = tuple(c for c in listed if not _taken(graph, workload, c))
        listed = free if free and all(c.compiled for c in listed) else listed
        fits = free[0] if len(free) == 1 and len(listed) == 1 and free[0].certain else None
        manifest = seen.lookup(place)
        origins = (manifest,) if isinstance(manifest, str) else tuple(seen.origins(place))
        found.append(Missing(process, text, place, origins, listed, fits))
    stood = (m for m in found if m.manifest is None)
    stand_ins = {m.place: m.fits.path for m in stood if m.fits is not None and not m.fits.compiled}
    return Entries(tuple(found), MappingProxyType(stand_ins))


def hiding(graph: Graph, workload: Workload, missing: Missing) -> Mount | None:
    """The mount that hides what the image itself holds, or may hold, at the place of an entry."""
    image = graph.image(workload)
    if image is None or all(image.files.lookup(missing.place + end) is Found.ABSENT for end in ("", *_NODE_ENDINGS)):
        return None
    over = (m for m in workload.mounts if missing.place.startswith(m.target.rstrip("/") + "/"))
    return max((m for m in over if m.source is not None), key=lambda mount: len(mount.target), default=None)


def _makes_files(step: Process) -> bool:
    """Whether a step of a start command builds, fetches or copies: what a later word of it names may be its result."""
    name = literal(step.words[0]) if step.words else None
    return name is None or posixpath.basename(name) in _MAKERS


def _given_later(workload: Workload, seen: Files) -> bool:
    """Whether an image that no deployment in sight runs holds no source at all: whoever runs it mounts that."""
    if workload.deployment.platform is not Platform.IMAGE or seen.image is None:
        return False
    brings = (copying for copying in seen.image.copies if copying.instruction.flag("from") is not None)
    return not any(brings) and not any(path.endswith(_SOURCES) for path in seen.held().values())


def _missing(process: Process, seen: Files) -> tuple[Text, str] | None:
    """The word that names what isn't there, and where it should be."""
    entry = process.entry
    if entry is None:
        return _program(process, seen)
    if entry.text is None or entry.text.place is None:
        return None
    if entry.kind == "package script":
        return entry.text, posixpath.join(entry.folders[0], "package.json")
    if entry.module is not None:
        place = _module(process, entry, seen)
        return None if place is None else (entry.text, place)
    if entry.path is None or entry.kind == "package":
        return None
    endings = ("", *_NODE_ENDINGS) if process.tool in _NODE else ("",)
    return (entry.text, entry.path) if all(seen.lacks(entry.path + e) for e in endings) else None


def _program(process: Process, seen: Files) -> tuple[Text, str] | None:
    """A program that is run by its path. At the top of an image the base may have scripts of its own."""
    text = process.words[0].text if process.words else None
    if process.listens is not Listens.UNKNOWN or text is None or text.place is None:
        return None
    if "/" not in text.value:
        return _handed(process, seen) if text.value in _RUNS else _searched(process, text, seen)
    if text.value.startswith("-") or (not text.value.startswith("/") and process.folder is None):
        # An option is a word for the base image's own program.
        return None
    path = posixpath.normpath(posixpath.join(process.folder or "/", text.value))
    if seen.image is not None and seen.image.files.is_the_systems(path) and not seen.image.files.products:
        return None
    own = seen.image is not None and seen.image.base is not None and seen.image.base.family == "nginx"
    if own and posixpath.dirname(path) == "/":
        return None
    return (text, path) if seen.lacks(path) else None


def _searched(process: Process, text: Text, seen: Files) -> tuple[Text, str] | None:
    """A program by its bare name, in an image that is given a compiled one: if none is called so where shells look."""
    folders = product_candidates.searched(process, seen)
    if seen.image is None or not folders or not seen.image.files.products:
        return None
    places = [posixpath.join(folder, text.value) for folder in folders]
    return (text, places[-1]) if all(seen.lacks(place) for place in places) else None


def _handed(process: Process, seen: Files) -> tuple[Text, str] | None:
    """The file that Java's or .NET's own program is told to run."""
    ending, option = _RUNS[literal(process.words[0]) or ""]
    words = list(process.words[1:])
    while words and option and literal(words[0]) != option:
        words.pop(0)
    text = words[1 if option else 0].text if len(words) > bool(option) else None
    if text is None or text.place is None or not text.value.endswith(ending) or seen.image is None:
        return None
    if not text.value.startswith("/") and process.folder is None:
        return None
    path = posixpath.normpath(posixpath.join(process.folder or "/", text.value))
    if not any(product_candidates.kind(p.place) == ending for p in seen.image.files.products.values()):
        return None
    if seen.lacks(path):
        return text, path
    # A library of that name may be there: only a program has a file that tells how it is run.
    told = path.removesuffix(ending) + ".runtimeconfig.json"
    alone = ending == ".dll" and seen.lookup(path) is Found.MADE
    return (text, path) if alone and seen.image.files.closed(told) and seen.lacks(told) else None


def _module(process: Process, entry: Entry, seen: Files) -> str | None:
    """Where the file of a module should be, if no folder that is searched has it and no package can bring it."""
    assert entry.module is not None
    if process.tool not in _MODULES and entry.kind != "module":
        return None
    folders = tuple(dict.fromkeys((*entry.folders, *((process.folder,) if process.folder is not None else ()))))
    searched = process.environment.get("PYTHONPATH")
    if not folders or (searched is None and not process.environment.complete and _lies_elsewhere(entry.module, seen)):
        return None
    if searched is not None:
        if searched.value is None:
            return None
        folders = tuple(dict.fromkeys((*folders, *(p for p in searched.value.value.split(":") if p.startswith("/")))))
    bases = [posixpath.join(folder, entry.module.replace(".", "/")) for folder in folders]
    if not all(seen.lacks(base + ending) for base in bases for ending in (".py", "/__init__.py", "/__main__.py", "")):
        return None
    top = entry.module.partition(".")[0]
    if not _projects_own(top, folders, seen) or (process.tool == "celery" and _is_attribute(bases, seen)):
        return None
    return bases[0] + ".py"


def _lies_elsewhere(module: str, seen: Files) -> bool:
    """Whether the repository has a module of that name anywhere: a PYTHONPATH that nobody sees may lead there."""
    path = "/" + module.replace(".", "/")
    return any(f"/{name}".endswith((path + ".py", path + "/__init__.py")) for name in seen.library.tree.entries)


def _is_attribute(bases: list[str], seen: Files) -> bool:
    """Whether what should be a module is a name in the one above it: Celery takes `module.app` for `module:app`."""
    for base in bases:
        home, name = posixpath.split(base)
        files = (seen.lookup(home + ending) for ending in (".py", "/__init__.py"))
        texts = (seen.library.text(path) for path in files if isinstance(path, str))
        if any(text is not None and re.search(rf"\b{re.escape(name)}\b", text.value) for text in texts):
            return True
    return False


def _projects_own(top: str, folders: tuple[str, ...], seen: Files) -> bool:
    """Whether a module of that top-level name is the project's, not an installed package's."""
    names = [posixpath.join(folder, top) for folder in folders]
    if any(isinstance(seen.lookup(n + e), str) for n in names for e in (".py", "/__init__.py")):
        return True
    if any(not seen.lacks(n) and seen.lookup(n) is Found.ABSENT for n in names) or _has_slipped(top, folders, seen):
        return True
    return not _installs_packages_unseen(top, seen)


def _has_slipped(top: str, folders: tuple[str, ...], seen: Files) -> bool:
    """Whether a module that is there is called so but for one letter: no package is called like that by chance."""
    inside = {posixpath.relpath(path, folder) for folder in folders for path in seen.held() if path.startswith(folder)}
    called = {name.partition("/")[0].removesuffix(".py") for name in inside if name.endswith(".py")}
    return len(top) >= _SHORTEST and any(kinship.one_edit(top, name) for name in called if len(name) >= _SHORTEST)


def _installs_packages_unseen(top: str, seen: Files) -> bool:
    """Whether an installation may bring a package of that name: the project itself, or one that is listed so."""
    if seen.image is None:
        return True
    # An environment that an earlier stage installs into is copied whole.
    runs = " ".join(i.rest.value for stage in seen.image.played for i in stage.instructions if i.name == "RUN")
    if _INSTALLS_PROJECT.search(runs):
        return True
    named = re.compile(rf"(?im)^\s*[\"']?{re.escape(top).replace('_', '[-_]')}\b")
    if any(i.name.replace("-", "_").lower() == top.lower() for i in seen.image.installs):
        return True
    listed = [p for p in seen.held().values() if _LISTS.search(p)]
    texts = (seen.library.text(path) for path in dict.fromkeys(listed))
    return any(text is not None and named.search(text.value) for text in texts)


def _taken(graph: Graph, workload: Workload, candidate: Candidate) -> bool:
    """Whether another part of the same deployment runs it: then it can hardly be what this one was meant to run."""
    for other in workload.deployment.workloads:
        if other is workload:
            continue
        seen = container.files(graph, other)
        begun: Started | None = container.begun(graph, other, seen)
        if begun is not None and any(candidate.path in set(_runs(p, seen)) for p in begun.processes):
            return True
    return False


def _runs(process: Process, seen: Files) -> Iterator[str]:
    entry = process.entry
    if entry is None:
        name = literal(process.words[0]) if process.words else None
        place = posixpath.normpath(posixpath.join(process.folder or "/", name)) if name is not None else "/"
        found = seen.lookup(place)
        yield found if isinstance(found, str) else place
        return
    places = [entry.path] if entry.path is not None else []
    if entry.module is not None:
        places += [posixpath.join(f, entry.module.replace(".", "/")) + ".py" for f in entry.folders]
    for place in places:
        found = seen.lookup(place)
        if isinstance(found, str):
            yield found
