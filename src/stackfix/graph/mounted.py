"""Files and folders of the repository that a Compose project puts into containers, and that nobody has.

Silent where anything may make them: ignore rules, scripts, documents, CI, another container that writes above them.
May import the graph's nouns and Compose.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor, located
from stackfix.formats import yaml
from stackfix.graph import container, environment, kinship
from stackfix.graph.carried import carried
from stackfix.graph.interpolation import template
from stackfix.graph.value import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Deployment, Workload
    from stackfix.text import Text

_FILE = re.compile(
    r"\.(?:conf|cnf|cfg|inc|ini|ya?ml|json|toml|xml|sql|sh|py|js|ts|lua|hcl|properties|html|rules|template|tmpl|tpl|php|vcl|crt|pem"
    r"|key|cert|acl|htpasswd)$|^(?:Caddyfile|Corefile)$"
)
_OUTPUT = re.compile(r"(?:^|/)(?:node_modules|dist|build|out|target|\.next|coverage)(?:/|$)|acme\.json$")
_NEEDS_CONTENTS = re.compile(
    r"^/docker-entrypoint-initdb\.d$"
    r"|^/etc/nginx/(?:conf\.d|certs?|ssl|templates|vhosts?(?:\.d)?|sites(?:-enabled|-available|\.d)?)$"
)
_SITES = re.compile(r"/etc/nginx/(?:vhosts?(?:\.d)?|sites(?:-enabled|-available|\.d)?)$")
_TELLS = (".md", ".sh", ".bash", ".mk", ".rst", ".txt", ".yml", ".yaml", ".toml", ".json", ".py", ".ps1", ".bat", ".js")
_TELLERS = frozenset({"Makefile", "makefile", "justfile", "Justfile", "Taskfile", "Vagrantfile", "Dockerfile"})
_MAKES = (
    rb"\b(?:cp|mv|copy|touch|ln|tee|install|envsubst|mkdir|openssl|mkcert|certbot|htpasswd|curl|wget|scp|rsync|generate\w*"
    rb"|create\w*|write\w*|open|unzip|tar|git clone)\b[^\n]*"
)


@dataclass(frozen=True, slots=True)
class Absent:
    """Something that isn't there. `source` is its path, `what` how it is used; `folder`: its contents are needed.

    `fits` are files that may be meant, as the place would write them. `others`: the only one is part of what an image
    is made from, which may be its only use.
    """

    source: str
    what: str
    text: Text
    location: Location
    anchor: Anchor
    folder: bool
    fits: tuple[tuple[str, str], ...]
    workloads: tuple[Workload, ...] = ()
    others: bool = False


def absent(graph: Graph) -> Iterator[Absent]:
    """Everything that a project mounts and nobody has, each written place once."""
    library = graph.library
    if not library.tree.in_git:
        return
    seen: set[Location] = set()
    for project in graph.projects:
        for one in (*_mounts(graph, project), *_objects(graph, project)):
            if one.location not in seen:
                seen.add(one.location)
                if not _made(library, project, one) and not carried(library, one.anchor.path):
                    yield one


def _mounts(graph: Graph, project: Deployment) -> Iterator[Absent]:
    for workload in project.workloads:
        for mount in workload.mounts:
            text, source = mount.source_text, mount.source
            if text is None or source is None or not _lacks(graph.library, source, text):
                continue
            filled = _is_taken_in(graph, workload, mount.target) or (
                _NEEDS_CONTENTS.search(mount.target) and not _is_passed_by(graph, workload, mount.target)
            )
            folder = bool(filled) and not _FILE.search(posixpath.basename(source))
            file = _FILE.search(posixpath.basename(source)) or _FILE.search(posixpath.basename(mount.target))
            place = located(text, "isn't there")
            if place is not None and (folder or file):
                fits = _fits(graph.library, project, source, text, folder=folder, target=mount.target)
                if not fits and _is_a_default(graph.library, text):
                    continue
                others = len(fits) == 1 and _has_another_use(graph, fits[0][0], mount.target)
                yield Absent(source, mount.target, text, place, mount.anchor, folder, fits, (workload,), others)


def _is_taken_in(graph: Graph, workload: Workload, target: str) -> bool:
    """Whether the nginx that runs there includes files below a place, or takes its certificates from it."""
    below = target.rstrip("/") + "/"
    for facts in graph.proxies(workload):
        included = [include.said.values[0] for include in facts.includes if include.said.values]
        named = [text.value for s in facts.servers for text in (*s.certificate, *s.certificate_key)]
        if any(path.startswith(below) for path in (*included, *named)):
            return True
    return False


def _is_passed_by(graph: Graph, workload: Workload, target: str) -> bool:
    """Whether it is a folder of sites that nginx's own configuration, which is there to be read, takes nothing from."""
    main = container.files(graph, workload).lookup("/etc/nginx/nginx.conf")
    return _SITES.match(target) is not None and isinstance(main, str)


def _is_a_default(library: Library, text: Text) -> bool:
    """Whether a path begins with a variable's default: who has it elsewhere says so."""
    first = next((piece for piece in text.pieces if piece.path is not None), None)
    data = library.sources.read(first.path) if first is not None and first.path is not None else None
    return first is not None and data is not None and data[first.span.start - 1 : first.span.start] == b"-"


def _objects(graph: Graph, project: Deployment) -> Iterator[Absent]:
    """The files behind the project's configs and secrets; a secret is kept out of git as a rule."""
    for path in project.paths:
        documents = graph.library.get(path, yaml.read) or ()
        for key in ("configs", "secrets") if documents else ():
            for item in yaml.items(yaml.get(documents[0].root, key)):
                node = yaml.get(item.value, "file")
                if not isinstance(node, yaml.Scalar) or not isinstance(item.key, yaml.Scalar):
                    continue
                value = template(node.text).fill(EMPTY)
                place = located(node.text, "isn't there")
                source = tree.join(project.folder, value.text.value) if value is not None else ""
                if value is None or place is None or not _lacks(graph.library, source, value.text):
                    continue
                fits = _fits(graph.library, project, source, value.text, folder=False)
                if fits or key == "configs":
                    anchor = Anchor(path, "yaml", (0, key, item.key.value, "file"))
                    what = f"{key[:-1]} {item.key.value}"
                    yield Absent(source, what, value.text, place, anchor, folder=False, fits=fits)


def _lacks(library: Library, source: str, text: Text) -> bool:
    known = library.tree
    if "$" in text.value or text.value.startswith("~") or not source or known.is_unknown(source):
        return False
    if known.is_file(source) or known.is_folder(source):
        return False
    return not library.sources.would_ignore(source) and not library.sources.would_ignore(source + "/x")


# --- what was meant --------------------------------------------------------------------------------------------------


def _is_folder_meant(path: str, source: str, target: str) -> bool:
    """Whether a folder beside the one that isn't there is nearly called so, or as it is called in the container."""
    name, meant = posixpath.basename(path), (posixpath.basename(source), posixpath.basename(target))
    beside = posixpath.dirname(path) == posixpath.dirname(source)
    return beside and (kinship.one_edit(name, meant[0]) or name == meant[1])


def _fits(  # noqa: PLR0913 - a place in a project has that many parts
    library: Library, project: Deployment, source: str, text: Text, *, folder: bool, target: str = ""
) -> tuple[tuple[str, str], ...]:
    """The files of that name in the repository, else those beside it that are nearly called so."""
    if tree.join(project.folder, text.value) != source:
        return ()
    name = posixpath.basename(source)
    if folder:
        found = [f for f in sorted(library.tree.folders) if posixpath.basename(f) == name]
        found = found or [f for f in sorted(library.tree.folders) if _is_folder_meant(f, source, target)]
    else:
        found = [p for p in library.tree.named(name) if library.tree.entries[p].wiring and not _of_others(project, p)]
        found = found or [p for p in _beside(library, source) if _nearly(posixpath.basename(p), name)]
    return tuple((path, _written(path, project.folder, text.value)) for path in found)


def _of_others(project: Deployment, path: str) -> bool:
    """Whether a file lies in what some service is built from: it is that service's own."""
    contexts = {w.build.context for w in project.workloads if w.build is not None} - {"", project.folder}
    return any(path.startswith(context + "/") for context in contexts)


def _has_another_use(graph: Graph, path: str, target: str) -> bool:
    """Whether a file lies in what an image of another project is made from, as its own configuration would.

    What a database is begun with lies anywhere: no image needs it.
    """
    contexts = {made.build.context for made in graph.builds} - {""}
    begins = target.startswith("/docker-entrypoint-initdb.d/")
    return not begins and any(path.startswith(context + "/") for context in contexts)


def _beside(library: Library, source: str) -> Iterator[str]:
    folder = posixpath.dirname(source)
    return (p for p in library.tree.directly_in(folder) if not (environment.is_dotenv(p) and environment.is_example(p)))


def _nearly(one: str, name: str) -> bool:
    """Whether two file names are one but for an edit of the stem or the two spellings of YAML's ending."""
    (stem, end), (other, ending) = posixpath.splitext(one), posixpath.splitext(name)
    same = end == ending or {end, ending} == {".yml", ".yaml"}
    return same and (stem == other or (end == ending and kinship.one_edit(stem, other)))


def _written(path: str, folder: str, before: str) -> str:
    relative = posixpath.relpath(path, folder or ".")
    return "./" + relative if before.startswith("./") and not relative.startswith(".") else relative


# --- who may make it -------------------------------------------------------------------------------------------------


def _made(library: Library, project: Deployment, one: Absent) -> bool:
    if _OUTPUT.search(one.source) or _has_example(library, one.source) or _seen_from_above(library, project, one):
        return True
    others = (m.source for w in project.workloads for m in w.mounts if m.source is not None)
    if any(one.source.startswith(other + "/") for other in others):
        return True
    return _told(library, one.source, folder=one.folder)


def _seen_from_above(library: Library, project: Deployment, one: Absent) -> bool:
    """Whether the path is right from a folder above: the project is started there, or its file was moved."""
    folder = project.folder
    while folder:
        folder = posixpath.dirname(folder)
        place = tree.join(folder, one.text.value)
        if library.tree.is_file(place) or library.tree.is_folder(place):
            return True
    return False


def _has_example(library: Library, source: str) -> bool:
    """Whether a template lies beside it that people copy."""
    stem = posixpath.basename(source)
    return any(
        environment.is_example(p) and stem in posixpath.basename(p).replace(".example", "").replace(".sample", "")
        for p in library.tree.below(posixpath.dirname(source))
        if posixpath.dirname(p) == posixpath.dirname(source)
    )


def _told(library: Library, source: str, *, folder: bool) -> bool:
    """Whether a script, a CI definition or a document writes, copies or fetches something of that name."""
    name = re.escape(posixpath.basename(source).encode())
    end = rb"(?![\w-])" if folder else rb"(?![\w.-])"
    makes = re.compile(rb"(?:" + _MAKES + rb"|>[ \t]*[^\s|;&]*)(?<![\w-])" + name + end)
    for path in library.tree.entries:
        if path.endswith(_TELLS) or posixpath.basename(path) in _TELLERS:
            data = library.sources.read(path)
            if data is not None and makes.search(data):
                return True
    return False
