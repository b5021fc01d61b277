"""Builds that have a folder and no Dockerfile, and the files that would make their images.

A folder that holds a front end and a back end in folders of their own, and no manifest itself, is one image: nginx
gives out the pages and hands the rest to the back end beside it, and a start script runs both.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import blueprints, build_folders, framework, node_application, script_builds
from stackfix.graph.command import literal
from stackfix.graph.framework import Language
from stackfix.graph.image import is_dockerfile
from stackfix.graph.model import Build
from stackfix.repairs.create_from_template import CreateFromTemplate
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.blueprints import Values
    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

_PLAIN = (
    "location {path} {{\n        proxy_pass {target};\n        proxy_set_header Host $host;\n"
    "        proxy_set_header X-Real-IP $remote_addr;\n"
    "        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n"
    "        proxy_set_header X-Forwarded-Proto $scheme;\n"
)
_UPGRADE = (
    "        proxy_http_version 1.1;\n        proxy_set_header Upgrade $http_upgrade;\n"
    "        proxy_set_header Connection $connection_upgrade;\n        proxy_read_timeout 3600s;\n"
)
_MAP = "map $http_upgrade $connection_upgrade {\n    default upgrade;\n    '' close;\n}\n"
_FREE = 3000
_NODE = re.compile(r"(?<![\w/-])(?:node|npm|npx|yarn|pnpm|bun|vite|next)(?![\w/.-])")
"""Programs that an image of ready pages has no use for."""
_SPECIAL = frozenset({"/", "/index.html"})


@dataclass(frozen=True, slots=True)
class Undockered:
    """A build without its Dockerfile: what the folder holds, and the files to make. No workload: a script's build."""

    workload: Workload | None
    build: Build
    what: str
    manifests: tuple[str, ...]
    files: tuple[CreateFromTemplate, ...]


def undockered(graph: Graph) -> Iterator[Undockered]:
    """Every build that only lacks its Dockerfile, where all of the image is certain: of Compose projects first."""
    for project in graph.projects:
        for workload in project.workloads:
            build = workload.build
            if build is not None and _lacks(graph, build):
                found = _one(graph, workload, build) or _together(graph, workload, build)
                if found is not None:
                    yield found
    for unbuilt in script_builds.undockered(graph.library):
        assert unbuilt.context is not None
        build = Build(unbuilt.context, unbuilt.what, unbuilt.location, unbuilt.anchor)
        if _lacks(graph, build):
            found = _one(graph, None, build) or _together(graph, None, build)
            if found is not None:
                yield found


def _lacks(graph: Graph, build: Build) -> bool:
    """Whether the folder is there and no Dockerfile is, by whatever name; nor one elsewhere that is built from it."""
    tree = graph.library.tree
    if not build.known or build.target is not None or "$" in build.context + build.dockerfile:
        return False
    if not tree.is_folder(build.context) or tree.is_unknown(build.context) or tree.is_file(build.dockerfile):
        return False
    if posixpath.dirname(build.dockerfile) != build.context or graph.library.sources.would_ignore(build.dockerfile):
        return False
    if any(is_dockerfile(p) for p in tree.directly_in(build.context)):
        return False
    return build_folders.sole_dockerfile(graph, build.context) is None


def port_of(workload: Workload | None) -> int | None:
    """The one port that a deployment declares; 0 where it declares several."""
    ports = {d.port for d in workload.declarations} if workload is not None else set()
    return next(iter(ports)) if len(ports) == 1 else 0 if ports else None


def _built(workload: Workload | None, build: Build) -> Iterator[Workload]:
    """All of the project that run the image which the build would make."""
    for other in workload.deployment.workloads if workload is not None else ():
        if other.build is not None and other.build.dockerfile == build.dockerfile:
            yield other


def _needs_another(workload: Workload, template: str) -> bool:
    """Whether what a service runs or keeps needs another image than the template makes.

    The image of pages has no package manager, and no image lets its plain user write into a volume of the project's.
    """
    words = tuple(literal(w) or "" for words in (workload.entrypoint, workload.command) if words for w in words.words)
    if template == "static.Dockerfile" and any(_NODE.search(word) for word in words):
        return True
    volumes = (mount.target for mount in workload.mounts if mount.source is None and mount.source_text is not None)
    return any(target.startswith("/app/") for target in volumes)


def _one(graph: Graph, workload: Workload | None, build: Build) -> Undockered | None:
    port = port_of(workload)
    probes = workload.probes if workload is not None else ()
    tools = frozenset(p.tool for p in probes if p.tool is not None)
    found = blueprints.blueprint(graph.library, build.context, port, tools) if port != 0 else None
    if found is None or any(_needs_another(w, found.template) for w in _built(workload, build)):
        return None
    files = [CreateFromTemplate(build.dockerfile, found.template, tuple(found.values.items()))]
    if found.template == "static.Dockerfile":
        front = blueprints.is_page(graph.library, build.context)
        conf = join(build.context, "nginx.conf")
        locations = _locations(graph, workload, front) if front is not None else None
        if locations is None or graph.library.tree.is_file(conf):
            return None
        files.append(CreateFromTemplate(conf, "nginx.conf", tuple({**locations, "PORT": found.values["PORT"]}.items())))
    files += _ignoring(graph.library, build.context)
    return Undockered(workload, build, found.what, (found.manifest,), tuple(files))


def _ignoring(library: Library, context: str) -> Iterator[CreateFromTemplate]:
    """A `.dockerignore` where there is none and the context would send installed packages, git's folder or secrets."""
    path = join(context, ".dockerignore")
    if library.tree.is_file(path):
        return
    below = [p[len(context) :].lstrip("/") for p in library.tree.below(context)]
    lines = [] if context else [".git"]
    lines += ["**/node_modules"] if any(posixpath.basename(p) == "package.json" for p in below) else []
    lines += [p for p in below if re.fullmatch(r"(?:.*/)?\.env(?:\.local)?", p)]
    if lines:
        yield CreateFromTemplate(path, "dockerignore", (("LINES", "\n".join(lines)),))


# --- what nginx hands on ---------------------------------------------------------------------------------------------


def _sibling(graph: Graph, workload: Workload | None, asked: frozenset[str]) -> str | None:
    """The service of the project that is built, listens and serves what is asked: where it is reached."""
    found: dict[str, str] = {}
    for other in workload.deployment.workloads if workload is not None else ():
        if other is workload or other.build is None or blueprints.is_page(graph.library, other.build.context):
            continue
        known = graph.listening(other)
        ports = known.ports if known.known else {p for p in (port_of(other),) if p}
        if len(ports) == 1:
            found[f"http://{other.name}:{next(iter(ports))}"] = other.build.context
    if len(found) == 1:
        return next(iter(found))
    for paths in (asked, frozenset(map(_prefix, asked))):
        serving = [url for url, folder in found.items() if _mentions(graph.library, folder, paths)]
        if len(serving) == 1:
            return serving[0]
    return None


def _mentions(library: Library, folder: str, asked: frozenset[str]) -> bool:
    """Whether a source below a folder writes out what is asked."""
    texts = (library.text(p) for p in library.tree.below(folder) if p.endswith((".py", ".js", ".ts", ".go", ".rs")))
    quoted = re.compile("|".join(rf"[\"'`]{re.escape(path.rstrip('/'))}(?=[\"'`/])" for path in asked) or r"(?!)")
    return any(text is not None and quoted.search(text.value) is not None for text in texts)


def _locations(graph: Graph, workload: Workload | None, front: FrontEnd) -> Values | None:
    """The locations for what the front end asks of its own origin; None where that isn't certain."""
    paths = {_prefix(p.path) for p in front.api_paths if p.relative}
    sockets = {p.path for p in front.websocket_paths if p.relative and p.path is not None}
    wanted = sorted((paths | sockets) - _SPECIAL)
    asked = frozenset({p.path for p in front.api_paths if p.relative} | sockets)
    target = _sibling(graph, workload, asked) if wanted else None
    if wanted and target is None:
        return None
    return _blocks(wanted, sockets, target or "")


def _blocks(wanted: list[str], sockets: set[str], target: str) -> Values:
    blocks = []
    upgraded = False
    for path in wanted:
        covers = any(s.startswith(path) for s in sockets)
        upgraded = upgraded or covers
        block = _PLAIN.format(path=path, target=target) + (_UPGRADE if covers else "") + "    }"
        blocks.append("    " + block)
    return {"MAP": _MAP if upgraded else "", "LOCATIONS": "\n\n".join(blocks)}


def _prefix(path: str) -> str:
    """The first part of a path, as a location takes it."""
    first = path.lstrip("/").split("/")[0]
    return f"/{first}/" if path.count("/") > 1 else path


# --- both in one image -----------------------------------------------------------------------------------------------


def _together(graph: Graph, workload: Workload | None, build: Build) -> Undockered | None:
    library = graph.library
    if framework.framework(library, build.context) is not None:
        return None
    folders = sorted(f for f in library.tree.folders if posixpath.dirname(f) == build.context and f != build.context)
    fronts = [f for f in folders if blueprints.is_page(library, f) is not None]
    backs = [f for f in folders if f not in fronts and framework.framework(library, f) is not None]
    port = port_of(workload)
    names = [join(build.context, name) for name in ("nginx.conf", "start.sh")]
    if len(fronts) != 1 or len(backs) != 1 or port == 0 or any(library.tree.is_file(n) for n in names):
        return None
    front = blueprints.is_page(library, fronts[0])
    pages = blueprints.page(library, front, port) if front is not None else None
    behind = _behind(library, backs[0], posixpath.relpath(backs[0], build.context or "."))
    if front is None or pages is None or behind is None or str(behind.port) == pages.values["PORT"]:
        return None
    below = posixpath.relpath(fronts[0], build.context or ".")
    values = {**pages.values, "FRONT": f"{below}/", **behind.values}
    values["LIST"] = " ".join(f"{below}/{name}" for name in pages.values["LIST"].split())
    asked = {_prefix(p.path) for p in front.api_paths if p.relative or _local(p.origin)} or {"/api/"}
    sockets = {p.path for p in front.websocket_paths if p.path is not None and (p.relative or _local(p.origin))}
    blocks = _blocks(sorted((asked | sockets) - _SPECIAL), sockets, f"http://127.0.0.1:{behind.port}")
    files = (
        CreateFromTemplate(build.dockerfile, "together.Dockerfile", tuple(values.items())),
        CreateFromTemplate(names[0], "nginx.conf", tuple({**blocks, "PORT": values["PORT"]}.items())),
        CreateFromTemplate(
            names[1], "start.sh", (("COMMAND", behind.command), ("FOLDER", behind.folder)), executable=True
        ),
        *_ignoring(library, build.context),
    )
    what = f"front end and {behind.what}, for one image"
    return Undockered(workload, build, what, (front.package, behind.manifest), files)


def _local(origin: str | None) -> bool:
    return origin is not None and re.match(r"(?:https?|wss?)://(?:localhost|127\.0\.0\.1)(?::|$|/)", origin) is not None


@dataclass(frozen=True, slots=True)
class _Behind:
    """The back end of one image: the Dockerfile's part for it, and how the start script runs it, on which port."""

    values: Values
    command: str
    folder: str
    port: int
    what: str
    manifest: str


def _behind(library: Library, path: str, below: str) -> _Behind | None:
    found = framework.framework(library, path)
    if found is None:
        return None
    literal = framework.literal_listener(library, path)
    reads = blueprints.reads_port(library, path)
    port = literal.port if literal is not None else found.default_port or (_FREE if reads else None)
    if port is None:
        return None
    parts = _parts(library, path, found.language, found.name or "", port)
    if parts is None:
        return None
    template, values, command, folder = parts
    values |= {"BACKEND": "@" + template, "BACK_FOLDER": below + "/"}
    if "BACK_LIST" in values:
        values["BACK_LIST"] = " ".join(f"{below}/{name}" for name in values["BACK_LIST"].split())
    set_first = f"PORT={port} " if reads and literal is None else ""
    return _Behind(
        values,
        set_first + command,
        folder,
        port,
        f"back end written with {found.name or found.language.value}",
        found.manifest,
    )


def _parts(
    library: Library, path: str, language: Language, name: str, port: int
) -> tuple[str, Values, str, str] | None:
    """The Dockerfile's template and values for a back end, its command, and the line that goes to its folder."""
    match language:
        case Language.RUST:
            known = blueprints.rust(library, path)
            return None if known is None else ("together_rust.Dockerfile", known, f"/usr/local/bin/{known['NAME']}", "")
        case Language.GO:
            known = blueprints.go(library, path)
            if known is None:
                return None
            values = {"BACK_VERSION": known["VERSION"], "NAME": known["NAME"], "PACKAGE": known["PACKAGE"]}
            return "together_go.Dockerfile", values, f"/usr/local/bin/{known['NAME']}", ""
        case Language.JAVASCRIPT:
            return _node_parts(library, path)
        case Language.PYTHON:
            return _python_parts(library, path, name, port)
    return None


def _node_parts(library: Library, path: str) -> tuple[str, Values, str, str] | None:
    known, command = blueprints.installing(library, path), blueprints.node_command(library, path)
    package = node_application.package(library, join(path, "package.json"))
    if known is None or known["PROGRAM"] != "npm" or command is None or command[0] != "node" or package is None:
        return None
    steps = [*(["npm run build"] if "build" in package.scripts else []), known["PRUNE"]]
    values = {"BACK_VERSION": known["VERSION"], "BACK_LIST": known["LIST"], "BACK_INSTALL": known["INSTALL"]}
    values["BACK_BUILD"] = "RUN " + " && ".join(steps)
    return "together_node.Dockerfile", values, " ".join(command), "cd /backend"


def _python_parts(library: Library, path: str, name: str, port: int) -> tuple[str, Values, str, str] | None:
    known = blueprints.blueprint(library, path, port)
    command = blueprints.python_command(library, path, name, port)
    if known is None or known.template != "python_requirements.Dockerfile" or command is None:
        return None
    values = {"BACK_VERSION": known.values["VERSION"], "BACK_LIST": "requirements.txt", "NAME": "requirements.txt"}
    values["SERVER"] = known.values["SERVER"]
    inside = " ".join(command).replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - nginx alone asks it
    return "together_python.Dockerfile", values, inside, "cd /backend"
