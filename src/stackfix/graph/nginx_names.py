"""The files that an nginx configuration names, and which of them its container certainly doesn't hold.

Source: the official image's own files below /etc/nginx; nginx takes relative names from its main file's folder.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.formats import yaml
from stackfix.graph import container, kinship, known_images, proxies, proxy_blocks, proxying
from stackfix.graph.compose_file import facts as compose_facts
from stackfix.graph.image_steps import commands
from stackfix.graph.model import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Mount, Workload
    from stackfix.graph.proxy_blocks import Said
    from stackfix.graph.proxying import Proxied
    from stackfix.text import Text

CERTIFICATES = frozenset({"ssl_certificate", "ssl_certificate_key"})
OTHERS = frozenset(
    {"include", "ssl_dhparam", "auth_basic_user_file", "ssl_trusted_certificate", "ssl_client_certificate"}
)
_PUBLIC = frozenset({"nginx", "nginxinc/nginx-unprivileged"})
_MADE_ELSEWHERE = re.compile(r"letsencrypt|certbot|/acme|/live/|^/run/|^/var/run/|^/dev/|snakeoil|^/tmp/")
"""Where tools put files while they run."""
_OF_BASE = re.compile(
    r"/etc/nginx/(?:nginx\.conf|conf\.d/default\.conf|modules(?:/.*)?|[\w-]+_params|fastcgi\.conf|mime\.types)"
    r"|/etc/ssl/.*|/usr/share/.*|/usr/lib/.*|/etc/pki/.*"
)
_NOT_STOCK = frozenset({"/etc/nginx/proxy_params"})
_AUTHORITIES = re.compile(r"/etc/ssl/(?:certs/(?:ca-[\w.-]*|[0-9a-f]{8}\.\d)|cert\.pem)")
"""What images hold below /etc/ssl: the certificates of authorities, and no server's own."""
_MAKES = re.compile(
    r"openssl|certbot|mkcert|\.sh\b|envsubst|>|\bcp\b|\bmv\b|\bln\b|curl|wget|htpasswd|dhparam|/etc/nginx/\S+\.conf"
)
_HARMLESS = frozenset(
    {"rm", "mkdir", "chmod", "chown", "apk", "apt-get", "apt", "addgroup", "adduser", "groupadd", "useradd", "usermod",
     "echo", "nginx", "true", "set", "cd"}
)  # fmt: skip
_SCRIPTS = (".sh", ".bash", ".mk", ".yml", ".yaml", ".py", ".ps1", ".bat")
_PLACEHOLDER = re.compile(r"(?:^|/)(?:\.[^/]*|README[^/]*|[^/]*\.md|[^/]*\.txt|[^/]*\.example)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A directive that names a file of the container. `path` is absolute there, `text` the argument."""

    proxied: Proxied
    said: Said
    text: Text
    path: str


def absent(graph: Graph, keywords: frozenset[str]) -> Iterator[Named]:
    """Every file that such a directive names and the container certainly lacks, each written place once a workload."""
    for proxied in proxying.proxied(graph):
        for said in proxied.facts.root.walk():
            found = _named(proxied, said) if said.keyword in keywords else None
            if found is None or (_is_stock(found.path) and not _is_own(said.keyword, found.path)):
                continue
            if _is_absent(graph, proxied.workload, found.path) and not _elsewhere(graph, found):
                yield found


def _is_stock(path: str) -> bool:
    return _OF_BASE.fullmatch(path) is not None and path not in _NOT_STOCK


def _is_own(keyword: str, path: str) -> bool:
    """Whether a certificate is a server's own, in a folder in which images hold those of authorities."""
    return keyword in CERTIFICATES and path.startswith("/etc/ssl/") and _AUTHORITIES.fullmatch(path) is None


def _named(proxied: Proxied, said: Said) -> Named | None:
    value = said.values[0] if said.values else ""
    if not value or re.search(r"[$*?\[{]|^(?:data|engine|off)\b", value) or said.args[0].place is None:
        return None
    if said.keyword == "include" and proxy_blocks.is_stock(value):
        return None
    path = posixpath.normpath(posixpath.join("/etc/nginx", value))
    return Named(proxied, said, said.args[0], path)


def _elsewhere(graph: Graph, found: Named) -> bool:
    """Whether another form of the same service (an override of it) has the file: this one is never run alone."""
    own = found.proxied.workload
    return any(
        other.name == own.name
        and set(own.deployment.paths) < set(other.deployment.paths)
        and not _is_absent(graph, other, found.path)
        for other in graph.workloads
    )


# --- what a container holds ------------------------------------------------------------------------------------------


def _is_absent(graph: Graph, workload: Workload, path: str) -> bool:
    if _MADE_ELSEWHERE.search(path):
        return False
    mount = _over(workload, path)
    if mount is not None:
        return _is_absent_below(graph.library, mount, path)
    if _is_given_unseen(graph, workload) or any(map(_may_make, (workload.entrypoint, workload.command))):
        return False
    image = graph.image(workload)
    if image is None:
        name = workload.image.value if workload.image is not None and workload.build is None else ""
        return known_images.parse(name).repository in _PUBLIC
    return _is_absent_in(image, path)


def _over(workload: Workload, path: str) -> Mount | None:
    """The mount that a path lies in, the innermost of several."""
    found = [m for m in workload.mounts if path == m.target or path.startswith(m.target.rstrip("/") + "/")]
    return max(found, key=lambda m: len(m.target), default=None)


def _is_absent_below(library: Library, mount: Mount, path: str) -> bool:
    """Whether a mounted folder holds other files of the kind and not this one, which nothing is seen to make."""
    source = mount.source
    if source is None or path == mount.target or library.tree.is_unknown(source):
        return False
    wanted = tree.join(source, path[len(mount.target) :].lstrip("/"))
    if library.tree.is_file(wanted) or library.tree.is_unknown(wanted) or library.sources.would_ignore(wanted):
        return False
    kind = posixpath.splitext(path)[1]
    folder = posixpath.dirname(wanted)
    beside = [p for p in library.tree.directly_in(folder) if not _PLACEHOLDER.search(p)]
    return any(p.endswith(kind) for p in beside) and not _is_told(library, posixpath.basename(path))


def _is_told(library: Library, name: str) -> bool:
    """Whether any script, Makefile or workflow speaks of a file of that name."""
    return library.remember(("told", name), lambda: _speaks(library, name.encode()))


def _speaks(library: Library, name: bytes) -> bool:
    for path in library.tree.entries:
        if path.endswith(_SCRIPTS) or posixpath.basename(path) in {"Makefile", "justfile", "Dockerfile"}:
            data = library.sources.read(path)
            if data is not None and name in data and not compose_like(path):
                return True
    return False


def compose_like(path: str) -> bool:
    """Whether a file's name is that of a Compose file, which makes no files."""
    return "compose" in posixpath.basename(path)


def _may_make(words: object) -> bool:
    texts = [word.text for word in getattr(words, "words", ())]
    return any(text is None or _MAKES.search(text.value) for text in texts)


def _is_given_unseen(graph: Graph, workload: Workload) -> bool:
    """Whether the deployment gives files in ways that aren't followed: Compose configs and secrets, start scripts."""
    if any(mount.target.startswith("/docker-entrypoint") for mount in workload.mounts):
        return True
    if workload.deployment.platform is not Platform.COMPOSE:
        return False
    for path in workload.deployment.paths:
        found = graph.library.get(path, compose_facts)
        for part in found.services if found is not None else ():
            gives = any(yaml.find(part.node, key) for key in ("configs", "secrets", "volumes_from", "extends"))
            if part.name.value == workload.name and gives:
                return True
    return False


def _is_absent_in(image: Image, path: str) -> bool:
    """Whether an image on top of the official one is seen whole, and no step of it brings the file."""
    base = known_images.parse(image.base_name.value).repository if image.base_name is not None else ""
    if base not in _PUBLIC or image.command is not None or image.entrypoint is not None or image.missing:
        return False
    copied = {copying.instruction.start for copying in image.copies}
    for layer in image.files.layers:
        if path in layer.files or any(place.startswith("/docker-entrypoint") for place in layer.files):
            return False
        unseen = [p for p in layer.made if layer.start in copied and (p == "/" or (path + "/").startswith(p + "/"))]
        if unseen:
            return False
    return all(_is_harmless(run.rest.value) for run in image.runs)


def _is_harmless(step: str) -> bool:
    found = commands(step)
    return found is not None and all(one.program in _HARMLESS and not one.writes for one in found)


# --- what fits -------------------------------------------------------------------------------------------------------


def fits(graph: Graph, found: Named) -> tuple[str, ...]:
    """The files of the container that may be meant: of the same name in another folder, else akin in the same."""
    workload = found.proxied.workload
    held = container.files(graph, workload).held()
    taken = {p for i in found.proxied.facts.includes if i.said is not found.said for p in i.paths or ()}
    roots = {facts.path for facts in graph.proxies(workload)}
    own = {p: f for p, f in held.items() if f not in roots and proxies.is_below_nginx(p)}
    folder, name = posixpath.split(found.path)
    same = [p for p in own if posixpath.basename(p) == name]
    stem, kind = posixpath.splitext(name)
    free = [p for p, f in own.items() if f not in taken]
    near = [p for p in free if posixpath.dirname(p) == folder and posixpath.splitext(p)[1] == kind]
    akin = [p for p in near if kinship.akin(stem, posixpath.splitext(posixpath.basename(p))[0])]
    return tuple(sorted(same or akin))


def spelled(found: Named, path: str) -> str:
    """Another path as the directive would write it: relative where it is."""
    written = found.text.value
    return path if written.startswith("/") else posixpath.relpath(path, "/etc/nginx")
