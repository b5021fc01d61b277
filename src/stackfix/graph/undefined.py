"""Variables of Compose files that nothing gives, defaults that contradict each other, quotes inside of defaults, and
dollars that begin no variable.

May import Compose, dotenv files and interpolation.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor, located
from stackfix.formats import yaml
from stackfix.graph import compose, environment, kinship
from stackfix.graph.interpolation import template
from stackfix.graph.secrets import secret_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Deployment, Workload
    from stackfix.graph.value import Hole
    from stackfix.text import Text

_TELLS = (
    ".md", ".rst", ".txt", ".adoc", ".sh", ".bash", ".mk", ".yml", ".yaml", ".toml", ".json", ".env", ".ps1", ".bat",
    ".tf", ".tfvars", ".cfg", ".ini", ".properties", ".tmpl", ".template", ".example", ".sample", ".dist",
)  # fmt: skip
_TELLERS = re.compile(r"^(?:GNU)?makefile$|^justfile$|^Taskfile|^Jenkinsfile|^Procfile|env|^README", re.IGNORECASE)
_HOSTS = re.compile(
    r"(?:HOME|PWD|USER|USERNAME|LOGNAME|UID|GID|EUID|HOSTNAME|HOST|PATH|SHELL|TERM|DISPLAY|XAUTHORITY|SSH_AUTH_SOCK|TMPDIR|TEMP|TZ"
    r"|LANG|APPDATA|USERPROFILE|CI)|(?:XDG|COMPOSE|DOCKER|GITHUB|CI|WAYLAND|LC)_.*"
)
_SAILS = frozenset({"WWWUSER", "WWWGROUP"})
"""What Laravel Sail's own command exports before it calls Compose. Source: laravel/sail, bin/sail."""
_OFF = re.compile(r"(?i)false|off|no|0|disabled")
"""What the default of a switch says where the variables that begin with its name are of no use: `PROXY_HOST`."""
_DOLLAR = re.compile(r"\$(?:\$|\{|[A-Za-z_])|(?P<bare>\$)")
"""Source: compose-go, template/template.go (`$` before anything else was invalid once, and is left alone now)."""


_SHELLS = ("command", "entrypoint", "healthcheck", "post_start", "pre_stop")
"""Keys of a service whose values a shell may read."""


@dataclass(frozen=True, slots=True)
class Undefined:
    """One fault of the variable `name`. `location` is the first place, `others` are the further ones.

    Not `certain`: no file says what there is to be given; whoever deploys may give it. `dollar` is one that begins no
    variable, `quoted` a default in quotes.
    """

    name: str
    message: str
    advice: str
    location: Location
    anchor: Anchor
    others: tuple[Location, ...] = ()
    certain: bool = True
    dollar: Text | None = None
    quoted: Text | None = None


@dataclass(frozen=True, slots=True)
class _Used:
    """A variable in a value: by which service, in its environment or elsewhere."""

    hole: Hole
    place: Location
    anchor: Anchor
    service: str | None = None


def undefined(graph: Graph) -> Iterator[Undefined]:
    """Every such fault, each place once."""
    seen: set[Location] = set()
    for project in graph.projects:
        written = (*_bare(graph, project), *_quoted(graph, project))
        for one in (*written, *_apart(graph, project), *_nowhere(graph, project)):
            if one.location not in seen:
                seen.add(one.location)
                yield one


def needs_its_own_file(graph: Graph, workload: Workload) -> bool:
    """Whether a service's project can't do without its `.env`: whoever starts it has one, which git is spared."""
    used = (one.hole for one in _everywhere(graph, workload.deployment))
    return any(h.default is None and not h.required and not _HOSTS.fullmatch(h.name) for h in used)


# --- what the files say ----------------------------------------------------------------------------------------------


def _everywhere(graph: Graph, project: Deployment) -> Iterator[_Used]:
    """Every variable in any value of a project's files."""
    for path in project.paths:
        documents = graph.library.get(path, yaml.read) or ()
        for node in yaml.walk(documents[0].root) if documents else ():
            if isinstance(node, yaml.Scalar) and "$" in node.value:
                yield from _in(node, Anchor(path, "yaml", (0,)), None)


def _in(node: yaml.Scalar, anchor: Anchor, service: str | None) -> Iterator[_Used]:
    for hole in template(node.text).holes:
        if hole.location is not None:
            yield _Used(hole, hole.location, anchor, service)


def _in_environments(graph: Graph, project: Deployment) -> Iterator[_Used]:
    """Every variable in the values that services are given."""
    known = compose.files(graph.library)
    for path in project.paths:
        for part in known[path].services if path in known else ():
            node = yaml.get(part.node, "environment")
            values = [i.value for i in yaml.items(node)] if isinstance(node, yaml.Mapping) else []
            values = list(node.items) if isinstance(node, yaml.Sequence) else values
            for value in map(yaml.deref, values):
                if isinstance(value, yaml.Scalar) and "$" in value.value:
                    yield from _in(value, part.anchor.child("environment"), part.name.value)


# --- given by nothing ------------------------------------------------------------------------------------------------


def _nowhere(graph: Graph, project: Deployment) -> Iterator[Undefined]:
    library, found = graph.library, dict[str, list[_Used]]()
    path = tree.join(project.folder, ".env")
    certain = library.tree.is_file(path) or bool(environment.examples(library, project.folder))
    if not certain and _is_kept_out(library, project, path):
        return
    for used in _everywhere(graph, project):
        hole = used.hole
        if hole.default is None and not hole.required and not _HOSTS.fullmatch(hole.name):
            found.setdefault(hole.name, []).append(used)
    required = {u.hole.name for u in _everywhere(graph, project) if u.hole.required}
    off = tuple(f"{u.hole.name}_" for u in _everywhere(graph, project) if _OFF.fullmatch(_default(u.hole) or ""))
    for name, places in found.items():
        # Secrets are given outside of git as a rule, where no file says otherwise.
        if name in _SAILS and "/laravel/sail/" in "".join(t.value for p in project.paths if (t := library.text(p))):
            continue
        if name in required or (not certain and secret_name(name)) or name.startswith(off) or _told(library, name):
            continue
        first = places[0]
        said = f"nothing gives {name}, and it has no default: Compose puts nothing in its place"
        others = tuple(dict.fromkeys(p.place for p in places[1:] if p.place != first.place))
        yield Undefined(name, said, f"give {name}, or a default", first.place, first.anchor, others, certain)


def _is_kept_out(library: Library, project: Deployment, path: str) -> bool:
    """Whether git isn't meant to hold the project's `.env`, or a service is given it: nothing starts without one."""
    if not library.tree.in_git or library.sources.would_ignore(path):
        return True
    return any(file.path == path for workload in project.workloads for file in workload.env_files)


def _told(library: Library, name: str) -> bool:
    """Whether a dotenv file, a script, CI, a document or a comment of a Compose file says the name."""
    word = re.compile(rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)")
    projects = compose.files(library)
    for path in library.tree.entries:
        if not path.endswith(_TELLS) and not _TELLERS.search(posixpath.basename(path)):
            continue
        data = library.sources.read(path)
        if data is None or name.encode() not in data:
            continue
        lines = data.splitlines() if path in projects else ()
        if word.search(b"\n".join(line.partition(b"#")[2] for line in lines) if path in projects else data):
            return True
    return False


# --- two sides of one connection -------------------------------------------------------------------------------------


def _apart(graph: Graph, project: Deployment) -> Iterator[Undefined]:
    """A variable that a data store and another service each have a default of their own for."""
    stores = {w.name: kinship.engine(w.image.value if w.image else None) for w in project.workloads}
    given = environment.variables(graph.library, tree.join(project.folder, ".env")) or {}
    here = [u for u in _in_environments(graph, project) if u.hole.name not in given]
    uses = [(used, text) for used in here if (text := _default(used.hole))]
    for store, said in uses:
        if stores.get(store.service or "") is None:
            continue
        for used, text in uses:
            other = used.service is not None and stores.get(used.service) is None
            if other and used.hole.name == store.hole.name and text != said:
                name = used.hole.name
                message = f"{used.service} and {store.service} have different defaults for {name}, and don't meet"
                advice = f"give {name} one default"
                yield Undefined(name, message, advice, used.place, used.anchor, (store.place,))


def _default(hole: Hole) -> str | None:
    text = hole.default.text if hole.default is not None else None
    return text.value if text is not None and text.value else None


# --- quotes ----------------------------------------------------------------------------------------------------------


def _quoted(graph: Graph, project: Deployment) -> Iterator[Undefined]:
    """Defaults in quotes, which Compose keeps."""
    for used in _in_environments(graph, project):
        text = used.hole.default.text if used.hole.default is not None else None
        said = text.value if text is not None else ""
        if len(said) > 1 and said[0] == said[-1] and said[0] in "\"'":
            message = f"the default of {used.hole.name} has quotes in it, which become part of the value"
            advice = "leave the quotes out"
            yield Undefined(used.hole.name, message, advice, used.place, used.anchor, quoted=text)


# --- dollars ---------------------------------------------------------------------------------------------------------


def _bare(graph: Graph, project: Deployment) -> Iterator[Undefined]:
    """Dollars before what can be no name, at which many a Compose refuses the file."""
    known = compose.files(graph.library)
    for part in (p for path in project.paths if path in known for p in known[path].services):
        keys = {id(item.key) for node in yaml.walk(part.node) for item in yaml.items(node)}
        shell = {id(n) for key in _SHELLS if (v := yaml.get(part.node, key)) is not None for n in yaml.walk(v)}
        for node in yaml.walk(part.node):
            if not isinstance(node, yaml.Scalar) or "$" not in node.value or id(node) in keys:
                continue
            for match in _DOLLAR.finditer(node.value):
                text = node.text.slice(*match.span("bare")) if match["bare"] else None
                place = located(text) if text is not None else None
                if text is not None and place is not None:
                    rest = node.value[match.start() : match.start() + 2]
                    said = f"`{rest}` begins no variable; older releases of Compose refuse the file for it"
                    advice = "write $$, which is one dollar"
                    if rest == "$(" and id(node) not in shell:
                        said += ", and none runs the command"
                        advice = "give the value itself, from whoever starts Compose"
                    yield Undefined(rest, said, advice, place, part.anchor, certain=False, dollar=text)
