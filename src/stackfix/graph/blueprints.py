"""What image the program of a folder needs, where no Dockerfile says it: a template, and what to put into it.

Nothing is made up: where the framework, the entry point, the package manager or the port isn't certain, there is none.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph import application, framework, frontend, frontend_settings, node_application
from stackfix.graph.framework import Language
from stackfix.graph.frontend import Bundler
from stackfix.tree import join

if TYPE_CHECKING:
    from stackfix.graph.framework import Framework
    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.library import Library
    from stackfix.graph.node_application import Package

Values = dict[str, str]
_FOCUSES = 4
"""From this version on, Yarn can leave out what only development needs without a plugin."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A template of `fixers/templates/` with its values, and what the program is, in a few words."""

    template: str
    values: Values
    what: str
    manifest: str


_SERVERS = {"fastapi": "uvicorn==0.32.1", "starlette": "uvicorn==0.32.1", "flask": "gunicorn==23.0.0",
            "django": "gunicorn==23.0.0"}  # fmt: skip
_NODE_LOCKS = (
    ("package-lock.json", "npm", "npm ci", "npm prune --omit=dev"),
    ("yarn.lock", "yarn", "yarn install --frozen-lockfile", ""),
    ("pnpm-lock.yaml", "pnpm", "pnpm install --frozen-lockfile", "pnpm prune --prod"),
)
_OUTPUTS = {Bundler.VITE: "dist", Bundler.CREATE_REACT_APP: "build", Bundler.VUE_CLI: "dist", Bundler.ANGULAR: "dist"}
_DEVELOPS = re.compile(
    r"\bng serve\b|\bvite(?!\s+(?:preview|build))\b|\breact-scripts start\b|\bvue-cli-service serve\b|\bwebpack serve\b"
    r"|\bwebpack-dev-server\b|\b(?:next|nuxt|nuxi|astro|gatsby|remix)\s+dev(?:elop)?\b|\bparcel(?!\s+build)\b|\bnodemon\b"
    r"|\bts-node-dev\b|--watch\b|\btsx watch\b"
)
"""What starts a server for development."""
_READS_PORT = re.compile(
    r"process\.env\.PORT\b|process\.env\[['\"]PORT['\"]\]|os\.Getenv\(\"PORT\"\)|env::var\(\"PORT\"\)|LookupEnv\(\"PORT\"\)"
)
_SOURCES = (".js", ".ts", ".mjs", ".cjs", ".go", ".rs")


def blueprint(
    library: Library, folder: str, port: int | None, checked_by: frozenset[str] = frozenset()
) -> Blueprint | None:
    """The image of a folder's program that is to be reached at a port (None: nothing says at which).

    `checked_by` are the programs that its health checks run: slim images lack curl and wget.
    """
    found = _blueprint(library, folder, port)
    slim = "" if checked_by & {"curl", "wget"} else "-slim"
    return None if found is None else replace(found, values={**found.values, "SLIM": slim})


def _blueprint(library: Library, folder: str, port: int | None) -> Blueprint | None:
    found = framework.framework(library, folder)
    if found is None:
        return None
    match found.language:
        case Language.PYTHON:
            return python(library, folder, found, port)
        case Language.JAVASCRIPT:
            front = frontend.front_end(library, folder)
            static = front is not None and front.bundler in _OUTPUTS and front.static is not False
            if front is not None and static:
                return page(library, front, port)
            return node(library, folder, found, port)
        case Language.GO | Language.RUST:
            return compiled(library, folder, found, port)
    return None


# --- Python ----------------------------------------------------------------------------------------------------------


def python(library: Library, folder: str, found: Framework, port: int | None) -> Blueprint | None:
    """A web application behind the server that its requirements name, else behind the usual one."""
    port = port or found.default_port
    command = python_command(library, folder, found.name or "", port)
    if command is None or port is None:
        return None
    values = {"VERSION": _python_version(library, folder), "PORT": str(port), "COMMAND": json.dumps(list(command))}
    declared = _declared(library, folder)
    server = _SERVERS.get(found.name or "", "")
    has_server = not server or re.search(rf"{server.partition('=')[0]}|fastapi\[(?:standard|all)", declared) is not None
    here = library.tree.is_file
    if here(join(folder, "requirements.txt")):
        extra = "" if has_server else " " + server
        template, more = "python_requirements.Dockerfile", {"LIST": "requirements.txt", "SERVER": extra}
    elif not has_server:
        return None
    elif "[tool.poetry.dependencies]" in declared:
        lock = " poetry.lock" if here(join(folder, "poetry.lock")) else ""
        template, more = "python_poetry.Dockerfile", {"LIST": "pyproject.toml" + lock}
    elif here(join(folder, "uv.lock")):
        template = "python_uv.Dockerfile"
        more = {"LIST": "pyproject.toml uv.lock", "INSTALL": "uv sync --frozen --no-dev --no-install-project"}
    elif "[project]" in declared:
        template = "python_uv.Dockerfile"
        more = {"LIST": "pyproject.toml", "INSTALL": "uv venv && uv pip install --no-cache -r pyproject.toml"}
    else:
        return None
    return Blueprint(template, {**values, **more}, f"program written with {found.name}", found.manifest)


def python_command(library: Library, folder: str, name: str, port: int | None) -> tuple[str, ...] | None:
    """How the one application of a folder is served."""
    if name == "django":
        return _django(library, folder, port)
    if name not in {"fastapi", "starlette", "flask"}:
        return None
    found = [c for c in application.candidates(library, folder) if len(c.apps) == 1 and not c.factories]
    if len(found) != 1:
        return None
    inside = found[0].path[len(folder) + 1 :] if folder else found[0].path
    module = inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if not re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", module):
        return None
    target = f"{module}:{found[0].apps[0]}"
    if name == "flask":
        return ("gunicorn", "--bind", f"0.0.0.0:{port}", target)
    return ("uvicorn", target, "--host", "0.0.0.0", "--port", str(port))  # noqa: S104 - in a container


def _django(library: Library, folder: str, port: int | None) -> tuple[str, ...] | None:
    text = library.text(join(folder, "manage.py"))
    match = re.search(r"DJANGO_SETTINGS_MODULE[\"'],\s*[\"'](\w+)\.", text.value) if text is not None else None
    if match is None or not library.tree.is_file(join(folder, f"{match[1]}/wsgi.py")):
        return None
    return ("gunicorn", "--bind", f"0.0.0.0:{port}", f"{match[1]}.wsgi:application")


def _declared(library: Library, folder: str) -> str:
    texts = (library.text(join(folder, name)) for name in ("requirements.txt", "pyproject.toml"))
    return "\n".join(text.value for text in texts if text is not None).lower()


def _python_version(library: Library, folder: str) -> str:
    text = library.text(join(folder, ".python-version"))
    written = re.match(r"\s*(3\.\d+)", text.value) if text is not None else None
    if written is not None:
        return written[1]
    needed = re.search(r"(?:requires-)?python\"?\s*=\s*\"[>=^~ ]*3\.(\d+)", _declared(library, folder))
    return f"3.{max(12, int(needed[1]))}" if needed is not None else "3.12"


# --- Node ------------------------------------------------------------------------------------------------------------


def node(library: Library, folder: str, found: Framework, port: int | None) -> Blueprint | None:
    """A server that `npm start` (or its production form) starts."""
    package = node_application.package(library, join(folder, "package.json"))
    values = installing(library, folder)
    command = node_command(library, folder)
    port = port or found.default_port
    if package is None or found.name is None or values is None or command is None or port is None:
        return None
    manager, prune = values.pop("PROGRAM"), values.pop("PRUNE")
    built = [f"{manager} run build"] if _needs_build(library, folder, package, command) else []
    pruned = [prune] if prune and command[0] == "node" else []
    steps = " && ".join((*built, *pruned))
    settings = f" \\\n    PORT={port}" if reads_port(library, folder) or found.name == "next" else ""
    more = {"BUILD": f"RUN {steps}" if steps else "", "SETTINGS": settings}
    manages = "" if command[0] == "node" else values["MANAGER"]
    more |= {"PORT": str(port), "COMMAND": json.dumps(list(command)), "MANAGES": manages}
    return Blueprint("node.Dockerfile", {**values, **more}, f"program written with {found.name}", found.manifest)


def _needs_build(library: Library, folder: str, package: Package, command: tuple[str, ...]) -> bool:
    """Whether the build script makes what is started, or pages besides."""
    script = package.scripts.get("build")
    if script is None:
        return False
    there = command[0] == "node" and library.tree.is_file(join(folder, command[1]))
    return not there or re.search(r"vite|webpack|next|nuxt|rollup|parcel|astro", script.value) is not None


def node_command(library: Library, folder: str) -> tuple[str, ...] | None:
    """What starts a package: its script for production, else its start script, else the file it calls its main."""
    package = node_application.package(library, join(folder, "package.json"))
    if package is None:
        return None
    name = next((n for n in ("start:prod", "start") if n in package.scripts), None)
    script = package.scripts[name].value.strip() if name is not None else ""
    if _DEVELOPS.search(script):
        return None
    plain = re.fullmatch(r"node ([\w./-]+)", script)
    if plain is not None:
        return ("node", plain[1])
    if name is not None:
        return ("npm", "run", name) if name != "start" else ("npm", "start")
    main = package.main.value if package.main is not None else "index.js"
    return ("node", main) if library.tree.is_file(join(folder, main)) else None


def installing(library: Library, folder: str) -> Values | None:
    """How a package's dependencies are installed, by its lock file. None for later Yarn and for workspaces."""
    package = node_application.package(library, join(folder, "package.json"))
    if package is None or package.workspaces:
        return None
    locks = [row for row in _NODE_LOCKS if library.tree.is_file(join(folder, row[0]))]
    if len(locks) > 1:
        return None
    if locks and locks[0][1] == "yarn" and _is_later_yarn(library, folder):
        return _later_yarn(library, folder)
    lock, program, install, prune = locks[0] if locks else ("", "npm", "npm install", "npm prune --omit=dev")
    return {
        "VERSION": _node_version(library, folder),
        "MANAGER": "RUN corepack enable" if program == "pnpm" else "",
        "LIST": f"package.json {lock}".strip(),
        "INSTALL": install,
        "PROGRAM": program,
        "PRUNE": prune,
    }


def _is_later_yarn(library: Library, folder: str) -> bool:
    lock = library.text(join(folder, "yarn.lock"))
    return library.tree.is_file(join(folder, ".yarnrc.yml")) or lock is None or "__metadata:" in lock.value


def _later_yarn(library: Library, folder: str) -> Values | None:
    """Yarn 2 and later, which corepack brings by the package's own word, and which installs into node_modules."""
    settings = library.text(join(folder, ".yarnrc.yml"))
    manifest = library.text(join(folder, "package.json"))
    said = re.search(r'"packageManager"\s*:\s*"yarn@(\d+)\.', manifest.value) if manifest is not None else None
    if settings is None or said is None or "yarnPath" in settings.value:
        return None
    if not re.search(r"(?m)^nodeLinker:\s*[\"']?node-modules", settings.value):
        return None
    prune = "yarn workspaces focus --production" if int(said[1]) >= _FOCUSES else ""
    return {
        "VERSION": _node_version(library, folder),
        "MANAGER": "RUN corepack enable",
        "LIST": "package.json yarn.lock .yarnrc.yml",
        "INSTALL": "yarn install --immutable",
        "PROGRAM": "yarn",
        "PRUNE": prune,
    }


def _node_version(library: Library, folder: str) -> str:
    text = library.text(join(folder, ".nvmrc"))
    written = re.match(r"\s*v?(\d+)", text.value) if text is not None else None
    return written[1] if written is not None else "22"


def reads_port(library: Library, folder: str) -> bool:
    """Whether the source takes its port from PORT."""
    texts = (library.text(p) for p in library.tree.below(folder) if p.endswith(_SOURCES) and "/test" not in p)
    return any(text is not None and _READS_PORT.search(text.value) is not None for text in texts)


# --- pages -----------------------------------------------------------------------------------------------------------


def page(library: Library, front: FrontEnd, port: int | None) -> Blueprint | None:
    """A front end that is built to plain files, given out by nginx."""
    package = node_application.package(library, front.package)
    values = installing(library, front.folder)
    if package is None or values is None or "build" not in package.scripts or not front.settings.known:
        return None
    values["BUILD"] = f"{values.pop('PROGRAM')} run build"
    del values["PRUNE"]
    output = _output(library, front)
    base = front.settings.base.value if front.settings.base is not None else "/"
    if output is None or base not in {"", "/", "./"}:
        return None
    values |= {"OUTPUT": output.removeprefix("./").strip("/"), "PORT": str(port or 80), "ARGUMENTS": _arguments(front)}
    return Blueprint("static.Dockerfile", values, "front end", front.package)


def _output(library: Library, front: FrontEnd) -> str | None:
    """The folder that a build makes; None where nobody can tell."""
    if front.bundler is Bundler.ANGULAR:
        return frontend_settings.angular_output(library, front.folder)
    return front.settings.output.value if front.settings.output is not None else _OUTPUTS[front.bundler]


def _arguments(front: FrontEnd) -> str:
    names = sorted(
        n for n in front.variables_read if not n.startswith(("NODE_ENV", "MODE", "DEV", "PROD", "BASE_URL", "SSR"))
    )
    return "\n".join(f"ARG {name}\nENV {name}=${name}" for name in names)


def is_page(library: Library, folder: str) -> FrontEnd | None:
    """The front end of a folder, where its build is plain files."""
    front = frontend.front_end(library, folder)
    known: Package | None = node_application.package(library, join(folder, "package.json"))
    if front is None or known is None or front.bundler not in _OUTPUTS or front.static is False:
        return None
    return front


# --- Go and Rust -----------------------------------------------------------------------------------------------------


def compiled(library: Library, folder: str, found: Framework, port: int | None) -> Blueprint | None:
    """A program that is compiled to one file."""
    literal = framework.literal_listener(library, folder)
    port = port or (literal.port if literal is not None else found.default_port)
    parts = go(library, folder) if found.language is Language.GO else rust(library, folder)
    if parts is None or port is None:
        return None
    setting = f"ENV PORT={port}" if reads_port(library, folder) else ""
    template = "go.Dockerfile" if found.language is Language.GO else "rust.Dockerfile"
    what = f"program written with {found.name or found.language.value}"
    return Blueprint(template, {**parts, "PORT": str(port), "SETTINGS": setting}, what, found.manifest)


def go(library: Library, folder: str) -> Values | None:
    """The one main package of a module, its version and what is copied first."""
    text = library.text(join(folder, "go.mod"))
    if text is None:
        return None
    mains = []
    for path in library.tree.below(folder):
        inside = path[len(folder) :].lstrip("/")
        source = library.text(path) if path.endswith(".go") and not path.endswith("_test.go") else None
        if source is not None and re.search(r"(?m)^package main\b", source.value) and "func main(" in source.value:
            mains.append(inside.rpartition("/")[0])
    module = re.search(r"(?m)^module\s+(\S+)", text.value)
    version = re.search(r"(?m)^go\s+(\d+\.\d+)", text.value)
    if len(mains) != 1 or module is None:
        return None
    name = (mains[0] or module[1]).rpartition("/")[2]
    minor = max(23, int(version[1].partition(".")[2])) if version is not None else 23
    sums = " go.sum" if library.tree.is_file(join(folder, "go.sum")) else ""
    if not sums and re.search(r"(?m)^\s*require\b", text.value):
        return None
    package = f"./{mains[0]}" if mains[0] else "."
    return {"VERSION": f"1.{minor}", "LIST": "go.mod" + sums, "NAME": name, "PACKAGE": package}


def rust(library: Library, folder: str) -> Values | None:
    """The one program of a crate."""
    text = library.text(join(folder, "Cargo.toml"))
    if text is None or "[workspace]" in text.value or "[[bin]]" in text.value:
        return None
    name = re.search(r"(?ms)^\[package\][^\[]*?^name\s*=\s*\"([\w-]+)\"", text.value)
    if name is None or not library.tree.is_file(join(folder, "src/main.rs")):
        return None
    if re.search(r"(?m)^(?:openssl|native-tls|rdkafka|diesel)\b|^reqwest\s*=\s*(?!.*rustls)", text.value):
        return None
    locked = " --locked" if library.tree.is_file(join(folder, "Cargo.lock")) else ""
    return {"NAME": name[1], "LOCKED": locked}
