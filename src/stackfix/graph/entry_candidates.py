"""Which file a command may have meant that names one which isn't there: what of the container's files starts an app."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import application, kinship, package_starts, product_candidates, program_names
from stackfix.graph.command import literal
from stackfix.graph.image_files import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Location
    from stackfix.graph.container import Files
    from stackfix.graph.library import Library
    from stackfix.graph.started import Entry, Process

_ASGI_SERVERS = frozenset({"uvicorn", "hypercorn", "daphne", "granian"})
_WSGI = frozenset({"flask", "django", "falcon", "dash", "bottle", "connexion", "socketio"})
_ASGI = frozenset(
    {"fastapi", "starlette", "quart", "litestar", "sanic", "django", "falcon", "connexion", "socketio", "fastmcp"}
)
_NODE = frozenset({"node", "nodejs"})
_LISTENS = re.compile(r"\.listen\s*\(")
_BARE = re.compile(r"[a-z0-9]+")
_EMPTY = frozenset({"run", "start", "launch", "main", "app", "entry", "exec", "do", "cli", "py", "the", "my"})
"""Words of a script's name that say nothing of what it does."""
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file of the tree at `place` in the container, and the word that would name it (None: not in this form).

    `module` is its dotted name from where the command looks, `app` the application in it that a server would take.
    `certain`: nothing speaks against it. `location` shows why it is one. A `compiled` one is a program that a step
    makes: its path is its place.
    """

    path: str
    place: str
    word: str | None
    certain: bool
    location: Location | None
    module: str | None = None
    app: str | None = None
    compiled: bool = False


def candidates(library: Library, process: Process, place: str, seen: Files, *, written: str) -> tuple[Candidate, ...]:
    """What could have been meant: a file of the same name, else what starts an app, in the same folder first.

    `written` is the word that names what isn't there.
    """
    held = {p: t for p, t in seen.held().items() if "/node_modules/" not in p and "/.git/" not in p}
    entry = process.entry
    if entry is None:
        made = tuple(_compiled(process, place, written, seen))
        return made or tuple(_moved(library, process, place, held.items()))
    if entry.kind == "package script":
        return tuple(_package_scripts(library, entry, place, seen))
    if entry.module is not None:
        meant = tuple(_from_above(library, process, entry, held.items(), seen))
        if len(meant) == 1:
            return meant
        found = list(_modules(library, process, entry, held.items(), seen))
        found = found or list(_called_nearly_so(library, process, entry, held.items(), seen))
    elif process.tool in _NODE or place.endswith((".js", ".mjs", ".cjs", ".ts")):
        found = list(_moved(library, process, place, held.items())) or list(_scripts(library, process, held.items()))
        found = list(_emitted(library, process, place, seen)) or found
    elif place.endswith(".py"):
        found = list(_python(library, process, place, held.items()))
    else:
        return tuple(_moved(library, process, place, held.items()))
    same = [c for c in found if posixpath.basename(c.path) == posixpath.basename(place)]
    beside = [c for c in found if posixpath.dirname(c.place) == posixpath.dirname(place)]
    chosen = same or beside or found
    return tuple(sorted(chosen, key=lambda c: c.path))


def _package_scripts(library: Library, entry: Entry, place: str, seen: Files) -> Iterator[Candidate]:
    """Scripts of the package.json that lacks the one that is named."""
    manifest = seen.lookup(place)
    if isinstance(manifest, str) and entry.text is not None:
        for found in package_starts.fitting(library, manifest, entry.text.value):
            yield Candidate(manifest, place, found.name, found.certain, found.location)


def _named(process: Process, place: str) -> str:
    """A place as the command spells places: from the root, or from the working folder."""
    entry = process.entry
    text = entry.text if entry is not None and entry.text is not None else process.words[0].text
    return _spelled(process, place, text.value if text is not None else "/")


def _spelled(process: Process, place: str, written: str) -> str:
    if written.startswith("/") or process.folder is None:
        return place
    relative = posixpath.relpath(place, process.folder)
    return "./" + relative if written.startswith("./") else relative


def _compiled(process: Process, place: str, written: str, seen: Files) -> Iterator[Candidate]:
    """Programs that a step of the image's build makes."""
    for product in product_candidates.programs(place, seen):
        named = "/" not in written and not product_candidates.kind(place)
        found = product_candidates.searched(process, seen) or () if named else ()
        bare = product.name if posixpath.dirname(product.place) in found else product.place
        word = bare if named else _spelled(process, product.place, written)
        certain = product.sure and program_names.stands_for(seen.library, place, product)
        yield Candidate(product.place, product.place, word, certain, product.location, compiled=True)


def _moved(library: Library, process: Process, place: str, held: Iterable[tuple[str, str]]) -> Iterator[Candidate]:
    """Files of the same name elsewhere."""
    for other, path in held:
        if posixpath.basename(other) == posixpath.basename(place):
            yield Candidate(path, other, _named(process, other), certain=True, location=_top(library, path))


def _top(library: Library, path: str) -> Location | None:
    text = library.text(path)
    return located(text.slice(0, max(text.value.find("\n"), 0)), "is there") if text is not None else None


def _scripts(library: Library, process: Process, held: Iterable[tuple[str, str]]) -> Iterator[Candidate]:
    """JavaScript files that open a port."""
    for other, path in held:
        if not path.endswith((".js", ".mjs", ".cjs")) or re.search(r"(?:^|/)tests?/|\.(?:test|spec|config)\.", path):
            continue
        text = library.text(path)
        match = _LISTENS.search(text.value) if text is not None else None
        if text is not None and match is not None:
            place = located(text.slice(*match.span()), "opens a port")
            yield Candidate(path, other, _named(process, other), certain=True, location=place)


def _emitted(library: Library, process: Process, place: str, seen: Files) -> Iterator[Candidate]:
    """JavaScript that is compiled for the image: of the same name, else what opens a port."""
    files = seen.image.files if seen.image is not None else None
    there = [p for p in files.scripts.values() if files.lookup(p.place) is Found.MADE] if files is not None else []
    name = posixpath.basename(place).removesuffix(".js") + ".js"
    texts = {product: library.text(product.package or "") for product in there}
    opening = [p for p, text in texts.items() if text is not None and _LISTENS.search(text.value)]
    same = [p for p in there if p.name == name]
    for product in (same if len(same) == 1 else [p for p in same if p in opening]) or opening:
        word = _named(process, product.place)
        yield Candidate(
            product.package or "", product.place, word, certain=True, location=_top(library, product.package or "")
        )


def _python(library: Library, process: Process, place: str, held: Iterable[tuple[str, str]]) -> Iterator[Candidate]:
    """Python files that start an app when run, or hold one."""
    for other, path, found in _applications(library, held):
        root = posixpath.dirname(path)
        starts = found.main and found.listens
        word = _named(process, other) if starts else None
        certain = starts and _imports(library, path, (root,), script=True) and program_names.same_role(place, other)
        app = found.apps[0] if len(found.apps) == 1 else None
        module = _dotted(other, (process.folder,) if process.folder is not None else ())
        yield Candidate(path, other, word, certain, _why(library, path, starts=starts), module, app)
    known = {path for _, path, _ in _applications(library, held)}
    yield from _namesakes(library, process, place, [(other, path) for other, path in held if path not in known])
    for candidate in _moved(library, process, place, held):
        root = posixpath.dirname(candidate.path)
        if candidate.path not in known and _imports(library, candidate.path, (root,), script=True):
            yield candidate


def _namesakes(library: Library, process: Process, place: str, held: Iterable[tuple[str, str]]) -> Iterator[Candidate]:
    """Scripts of the same folder that are called the same but for words that say nothing: `run_digest`, `digest`."""
    wanted = _meaning(place)
    for other, path in held:
        beside = posixpath.dirname(other) == posixpath.dirname(place) and other.endswith(".py")
        known = library.get(path, application.facts) if beside and wanted and _meaning(other) == wanted else None
        if known is not None and known.main:
            certain = _imports(library, path, (posixpath.dirname(path),), script=True)
            yield Candidate(path, other, _named(process, other), certain, _top(library, path))


def _meaning(place: str) -> frozenset[str]:
    return frozenset(_BARE.findall(posixpath.basename(place).lower())) - _EMPTY


def _applications(
    library: Library, held: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str, application.Candidate]]:
    places: dict[str, str] = {}
    for other, path in held:
        if path.endswith(".py"):
            places.setdefault(path, other)
    tops = {path.partition("/")[0] if "/" in path else "" for path in places}
    folders = [""] if "" in tops else sorted(tops)
    for found in (c for folder in folders for c in application.candidates(library, folder)):
        if found.path in places:
            yield places[found.path], found.path, found


def _modules(
    library: Library, process: Process, entry: Entry, held: Iterable[tuple[str, str]], seen: Files
) -> Iterator[Candidate]:
    """Modules that hold what the server asks for."""
    folders = _searched(process, entry)
    roots = tuple(r for f in folders if (r := seen.folder(f)) is not None)
    for other, path, found in _applications(library, held):
        module = _dotted(other, folders)
        if module is None:
            continue
        searched = (*roots, *_root(other, path, folders))
        if entry.kind == "module":
            if found.main and found.listens:
                same = program_names.same_role(entry.module or "", other)
                certain = same and _imports(library, path, searched, script=False)
                yield Candidate(path, other, module, certain, _why(library, path, starts=True), module)
            continue
        attribute = _attribute(library, process, entry, found)
        if attribute is not None:
            certain = _imports(library, path, searched, script=False)
            word = _object(entry, module, attribute)
            yield Candidate(path, other, word, certain, _why(library, path, starts=False), module, attribute)


def _from_above(
    library: Library, process: Process, entry: Entry, held: Iterable[tuple[str, str]], seen: Files
) -> Iterator[Candidate]:
    """The file that the module is, seen from a folder above the one whose contents were copied."""
    named = (entry.module or "").replace(".", "/") + ".py"
    folders = _searched(process, entry)
    roots = tuple(r for f in folders if (r := seen.folder(f)) is not None)
    wanted = (entry.attribute or "application").partition("(")[0]
    for other, path in held:
        module = _dotted(other, folders) if path == named or path.endswith("/" + named) else None
        names = application.attributes(library, path) if module is not None else None
        if module is None or names is None or (entry.kind != "module" and wanted not in names):
            continue
        certain = _imports(library, path, roots, script=False)
        word = module if entry.kind == "module" else _object(entry, module, wanted)
        yield Candidate(path, other, word, certain, _top(library, path), module, entry.attribute)


def _searched(process: Process, entry: Entry) -> tuple[str, ...]:
    """Where modules are looked for: the command's folders, then the working folder."""
    return tuple(dict.fromkeys((*entry.folders, *((process.folder,) if process.folder is not None else ()))))


def _called_nearly_so(
    library: Library, process: Process, entry: Entry, held: Iterable[tuple[str, str]], seen: Files
) -> Iterator[Candidate]:
    """Modules beside the missing one that `python -m` could run, and whose names are nearly its own."""
    folders = _searched(process, entry)
    roots = tuple(r for f in folders if (r := seen.folder(f)) is not None)
    package, _, wanted = (entry.module or "").rpartition(".")
    for other, path in held if entry.kind == "module" else ():
        module = _dotted(other, folders) if other.endswith(".py") else None
        within, _, name = (module or "").rpartition(".")
        if module is None or within != package or not kinship.akin(name, wanted):
            continue
        known = library.get(path, application.facts)
        if known is not None and known.main:
            certain = _imports(library, path, roots, script=False) and program_names.same_role(wanted, other)
            yield Candidate(path, other, module, certain, _top(library, path), module)


def _root(place: str, path: str, folders: Iterable[str]) -> Iterator[str]:
    """The folder of the tree that is searched for modules, by where one of them lies there and in the container."""
    for folder in folders:
        prefix = folder.rstrip("/") + "/"
        inside = place.removeprefix(prefix)
        if place.startswith(prefix) and (path == inside or path.endswith("/" + inside)):
            yield path[: -len(inside)].rstrip("/")


def _object(entry: Entry, module: str, attribute: str) -> str:
    """`module:attribute` as the command writes it: with an attribute where there was one or another is needed."""
    written = entry.text.value if entry.text is not None else ""
    if ":" in written and attribute == (entry.attribute or "").partition("(")[0]:
        return module + written[written.index(":") :]
    return module if ":" not in written and attribute == "application" else f"{module}:{attribute}"


def _attribute(library: Library, process: Process, entry: Entry, found: application.Candidate) -> str | None:
    """What of a module the server would take: what it asks for, else the only application there."""
    wanted = (entry.attribute or "application").partition("(")[0]
    if entry.factory:
        return wanted if wanted in found.factories else None
    known = library.get(found.path, application.facts)
    frameworks = {o.name: o.framework for o in known.objects} if known is not None else {}
    taken = _taken_by(process)
    fitting = [name for name in found.apps if frameworks.get(name) in taken]
    if wanted in fitting:
        return wanted
    return fitting[0] if len(fitting) == 1 else None


def _taken_by(process: Process) -> frozenset[str]:
    """The frameworks whose applications a server takes."""
    if process.tool in _ASGI_SERVERS:
        return _ASGI
    words = " ".join(literal(w) or "" for w in process.words)
    if process.tool == "gunicorn":
        return _ASGI if "uvicorn" in words else _WSGI
    return frozenset({"flask"}) if process.tool == "flask" else frozenset()


def _dotted(place: str, folders: tuple[str, ...]) -> str | None:
    """The module's name as seen from the first folder that is above it."""
    for folder in folders:
        prefix = folder.rstrip("/") + "/"
        if place.startswith(prefix):
            name = place[len(prefix) :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            if _MODULE.fullmatch(name):
                return name
    return None


def _imports(library: Library, path: str, roots: tuple[str, ...], *, script: bool) -> bool:
    """Whether nothing speaks against the imports that run first, when it is started so."""
    for fact in application.imports_of(library, path, roots):
        if fact.relative and (script or fact.path is None):
            return False
        if not fact.relative and fact.inside and fact.path is None:
            return False
    return True


def _why(library: Library, path: str, *, starts: bool) -> Location | None:
    known = library.get(path, application.facts)
    if known is None:
        return None
    if starts and known.listens:
        place = known.listens[0].location
        return type(place)(place.path, place.span, "starts the application")
    made = next((o for o in known.objects if not o.router), None)
    if made is None:
        return None
    return type(made.location)(made.location.path, made.location.span, "is the application")
