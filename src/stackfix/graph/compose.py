"""Compose projects: which files run together, and the services that come of them.

The unit is the merged project: a file with its automatic override, the `-f … -f …` combinations that scripts,
Makefiles, workflows and READMEs write, includes and extends. A fragment outside any known combination is never judged.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.formats import yaml
from stackfix.graph import compose_file, compose_service, copied_env, environment
from stackfix.graph.combinations import combinations, folders
from stackfix.graph.model import Deployment, Platform
from stackfix.graph.production import is_production
from stackfix.graph.value import Environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from stackfix.graph.compose_file import ComposeFile, Include, Part
    from stackfix.graph.library import Library
    from stackfix.policy import Policy

_IN_JSON = re.compile(r"(?:^|/)[\w.-]*compose[\w.-]*\.json$")
_CANONICAL = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_EXAMPLE = re.compile(r"(?i)compose[^/]*\.ya?ml[.-](?:example|sample|dist|template|tmpl|default)$")
_SERVICES = re.compile(rb"^(?:\xef\xbb\xbf)?(?:services|include|['\"]services['\"])\s*:|\"services\"\s*:", re.MULTILINE)
_OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_MOST_EXTENDS = 8


@dataclass(frozen=True, slots=True)
class Owned:
    """A network that a project makes: what tells it from all others, and the projects that make it under one name."""

    identity: str
    owners: tuple[Project, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """A merged project: its files weakest first, and the folder that relative paths and its name come from.

    `included` are the files that come from elsewhere, by path, with the folder and the env files that are their own.
    """

    files: tuple[ComposeFile, ...]
    folder: str
    included: Mapping[str, Include]

    @property
    def name(self) -> str:
        """Its real name where a file gives one, else its folder's; "" for the root, whose name nobody knows here."""
        named = [file.name for file in self.files if file.name and "$" not in file.name]
        return named[-1] if named else re.sub(r"[^a-z0-9_-]", "", posixpath.basename(self.folder).lower())


def service_names(library: Library) -> frozenset[str]:
    """The names of all services of all Compose files, those that are never judged too."""
    found = set()
    for file in files(library).values():
        for part in file.services:
            found.add(part.name.value)
            named = yaml.get(part.node, "container_name")
            if isinstance(named, yaml.Scalar):
                found.add(named.value)
    return frozenset(found)


def deployments(library: Library, policy: Policy) -> tuple[Deployment, ...]:
    """All Compose projects that can be judged."""
    projects = _projects(library, files(library))
    names = _real_names(projects)
    return tuple(_deployment(library, policy, project, names) for project in projects)


def files(library: Library) -> dict[str, ComposeFile]:
    """Every Compose file outside folders of copies, by path."""
    return library.remember("Compose files", lambda: _files(library))


def _files(library: Library) -> dict[str, ComposeFile]:
    found = {}
    for path, entry in library.tree.entries.items():
        if not entry.wiring or not (path.endswith((".yml", ".yaml")) or _IN_JSON.search(path)):
            continue
        data = library.sources.read(path)
        if data is None or not _SERVICES.search(data):
            continue
        file = library.get(path, compose_file.facts)
        if file is not None:
            found[path] = file
    return found


def examples(library: Library) -> dict[str, ComposeFile]:
    """Compose files under a name that a person takes the ending from before use: `compose.override.yaml.example`."""
    found = {path: library.get(path, compose_file.facts) for path in library.tree.entries if _EXAMPLE.search(path)}
    return {path: file for path, file in found.items() if file is not None}


def _projects(library: Library, known: Mapping[str, ComposeFile]) -> tuple[Project, ...]:
    """Canonical files with their overrides, the combinations people write, and whole files that stand alone."""
    lists: dict[tuple[str, ...], None] = {}
    combined = combinations(library, frozenset(known)) if known else ()
    later = {path for paths in combined for path in paths[1:]}
    for path in sorted(known):
        folder, name = posixpath.split(path)
        if name in _CANONICAL:
            first = next(n for n in _CANONICAL if tree.join(folder, n) in known)
            if name == first:
                overrides = (p for n in _OVERRIDES if (p := tree.join(folder, n)) in known)
                lists[(path, *islice(overrides, 1))] = None
        elif path not in later and ".override." not in name and known[path].whole:
            lists[(path,)] = None
    lists.update(dict.fromkeys(paths for paths in combined if len(paths) > 1))
    placed = folders(library, frozenset(known)) if known else {}
    made = (_project(library, [known[path] for path in paths], placed) for paths in lists)
    return tuple(project for project in made if project is not None and _complete(project.files))


def _project(library: Library, files: Sequence[ComposeFile], placed: Mapping[str, str]) -> Project | None:
    """The files with those that they include before them, each once; None where one of these isn't to be seen."""
    included: dict[str, Include] = {}
    found: dict[str, ComposeFile] = {}
    waiting = list(files)
    while waiting:
        file = waiting.pop(0)
        if file.path in found:
            continue
        if not all(_is_seen(library, part) for part in file.services):
            return None
        found[file.path] = file
        for entry in file.includes:
            for name in entry.paths:
                path = tree.join(posixpath.dirname(file.path), name)
                other = library.get(path, compose_file.facts)
                if other is None:
                    return None
                included.setdefault(path, _placed(entry, file.path))
                waiting.append(other)
    own = {file.path for file in files}
    order = (*(path for path in reversed(found) if path not in own), *(file.path for file in files))
    others = {path: entry for path, entry in included.items() if path not in own}
    folder = placed.get(files[0].path, posixpath.dirname(files[0].path))
    return Project(tuple(found[path] for path in order), folder, others)


def _is_seen(library: Library, part: Part) -> bool:
    """Whether the file that a service extends another of can be read, if there is one."""
    named = yaml.get(part.node, "extends", "file")
    if not isinstance(named, yaml.Scalar):
        return True
    return library.get(tree.join(posixpath.dirname(part.path), named.value), compose_file.facts) is not None


def _placed(entry: Include, path: str) -> Include:
    """An entry of `include` with its paths seen from the root."""
    folder = posixpath.dirname(path)
    own = tree.join(folder, entry.folder) if entry.folder is not None else None
    if own is None:
        own = posixpath.dirname(tree.join(folder, entry.paths[0]))
    return replace(entry, folder=own, env_files=tuple(tree.join(folder, name) for name in entry.env_files))


def _complete(files: Iterable[ComposeFile]) -> bool:
    """Whether every service says somewhere what it runs."""
    known: dict[str, bool] = {}
    for file in files:
        for part in file.services:
            says = any(yaml.find(part.node, key) for key in ("image", "build", "extends", "provider"))
            known[part.name.value] = known.get(part.name.value, False) or says
    return bool(known) and all(known.values())


def _real_names(projects: Iterable[Project]) -> dict[str, Owned]:
    """Real network names → the project's network that bears it."""
    names: dict[str, Owned] = {}
    for project in projects:
        keys = {"default": None} | {n.key: n for file in project.files for n in file.networks}
        for key, network in keys.items():
            if network is not None and (network.external or network.real_name):
                continue
            name = f"{project.name}_{key}"
            owners = (*(names[name].owners if name in names else ()), project)
            names[name] = Owned(f"{project.folder}:{key}", owners)
    return names


def _network_id(project: Project, names: Mapping[str, Owned], key: str) -> str:
    """What tells a network from all others. The root's project has an unknown name: any prefix may be its own.

    What a project calls external, somebody else has made.
    """
    entry = next((n for f in reversed(project.files) for n in f.networks if n.key == key), None)
    real = entry and (entry.real_name or (entry.key if entry.external else None))
    if not real:
        return f"{project.folder}:{key}"
    if entry and not entry.external:
        return f"name:{real}"
    if real in names:
        return names[real].identity
    possible = (owned for name, owned in names.items() if name.startswith("_") and real.endswith(name))
    owned = [one.identity for one in possible if not all(_comes_from_elsewhere(p, real) for p in one.owners)]
    return owned[0] if len(owned) == 1 else f"name:{real}"


def _comes_from_elsewhere(project: Project, real: str) -> bool:
    """Whether a project calls the network of a name external."""
    return any(n.external and (n.real_name or n.key) == real for file in project.files for n in file.networks)


def _deployment(library: Library, policy: Policy, project: Project, names: Mapping[str, Owned]) -> Deployment:
    paths = tuple(file.path for file in project.files)
    values = _values(library, project.folder)
    deployment = Deployment(
        platform=Platform.COMPOSE,
        name=paths[-1] if len(paths) == 1 else "+".join(paths),
        paths=paths,
        folder=project.folder,
        production=is_production(paths, policy),
        networks={
            key: _network_id(project, names, key)
            for key in ("default", *(n.key for file in project.files for n in file.networks if not n.external))
        },
    )
    setting = compose_service.Setting(
        deployment=deployment,
        folder=project.folder,
        values=values,
        included={path: _included_values(library, entry).under(values) for path, entry in project.included.items()},
        read_env=partial(environment.variables, library),
        read_copied=partial(copied_env.variables, library),
        network_id=partial(_network_id, project, names),
        is_unknown=library.tree.is_unknown,
        dockerfile=library.tree.dockerfile,
    )
    services: dict[str, list[Part]] = {}
    for file in project.files:
        entry = project.included.get(file.path)
        for part in file.services:
            placed = part if entry is None else replace(part, folder=entry.folder)
            services.setdefault(part.name.value, []).extend(_extended(library, placed))
    for name, parts in services.items():
        deployment.workloads.append(compose_service.workload(name, tuple(parts), setting))
    return deployment


def _values(library: Library, folder: str) -> Environment:
    """What `${…}` is filled from: `.env` in the project directory, else its sole example, which is the contract."""
    path = tree.join(folder, ".env")
    given = environment.variables(library, path)
    if given is None:
        examples = [p for p in environment.examples(library, folder) if library.tree.is_file(p)]
        given = environment.variables(library, examples[0]) if len(examples) == 1 else None
    return Environment(given or {})


def _included_values(library: Library, entry: Include) -> Environment:
    """What an included file's `${…}` are filled from, where the project itself gives nothing."""
    if not entry.env_files:
        return _values(library, entry.folder or "")
    given = [environment.variables(library, path) for path in entry.env_files]
    return Environment({name: v for file in given for name, v in (file or {}).items()}, complete=None not in given)


def _extended(library: Library, part: Part, depth: int = 0) -> tuple[Part, ...]:
    """The part with those it extends before it."""
    node = yaml.get(part.node, "extends")
    if node is None or depth > _MOST_EXTENDS:
        return (part,)
    service = yaml.get(node, "service") if isinstance(node, yaml.Mapping) else node
    named = yaml.get(node, "file") if isinstance(node, yaml.Mapping) else None
    path = tree.join(posixpath.dirname(part.path), named.value) if isinstance(named, yaml.Scalar) else part.path
    file = library.get(path, compose_file.facts)
    if file is None or not isinstance(service, yaml.Scalar):
        return (part,)
    folder = part.folder if path == part.path else posixpath.dirname(path)
    base = [replace(p, folder=folder) for p in file.services if p.name.value == service.value]
    return (*(p for b in base for p in _extended(library, b, depth + 1)), part)
