"""What a workload's nginx answers by itself: which location takes a path, and whether anything is there.

A path that no location takes is looked for among files. It is certainly not there only where nobody puts files into
that folder. Sources: nginx's documentation of `location`, `return`, `try_files`; the official image's folders.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import known_images, proxies
from stackfix.graph.health_names import is_health
from stackfix.graph.proxy_facts import Modifier
from stackfix.graph.proxy_matching import choose, normal

if TYPE_CHECKING:
    from stackfix.findings import Location
    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_blocks import Block
    from stackfix.graph.proxy_facts import ProxyLocation, ProxyServer

_STILL = frozenset(
    """
    access_log error_log add_header allow deny root index alias try_files expires etag location server_name listen
    charset default_type gzip types log_not_found include sendfile tcp_nopush tcp_nodelay server_tokens internal
    keepalive_timeout client_max_body_size client_body_timeout client_header_timeout send_timeout resolver set
    ssl_certificate ssl_certificate_key ssl_protocols ssl_ciphers ssl_session_cache ssl_session_timeout
    ssl_prefer_server_ciphers proxy_set_header proxy_http_version proxy_read_timeout proxy_connect_timeout
    proxy_send_timeout proxy_buffering proxy_buffer_size proxy_buffers gzip_types gzip_vary gzip_proxied
    gzip_comp_level gzip_min_length gzip_http_version http2 port_in_redirect absolute_redirect server_name_in_redirect
    """.split()  # noqa: SIM905 - a list of words is read more easily so
)
"""Directives by which no request is answered."""

_ROOTS = {"nginx": "/etc/nginx/html", "nginxinc/nginx-unprivileged": "/etc/nginx/html"}
"""Where these images look for files if no `root` is written: a folder that they don't have."""

_OWN_FILES = re.compile(r"/(?:index\.html?|50x\.html)?")
_REFUSED = 400


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """One nginx with one server. `routes` are the health-like paths that it answers without asking anybody."""

    graph: Graph
    workload: Workload
    server: ProxyServer

    @property
    def routes(self) -> tuple[tuple[str, Location], ...]:
        """Paths that are answered with a success, each with its location's place."""
        plain = {Modifier.EXACT, Modifier.PREFIX, Modifier.FINAL_PREFIX}
        found = [one for one in self.server.locations if one.modifier in plain and is_health(one.path.value)]
        return tuple((one.path.value, one.location) for one in found if _succeeds(one))

    def answers(self, path: str) -> bool | None:
        """Whether a path gets anything but a refusal; None where nobody can tell."""
        match = choose(self.server.locations, path)
        if not match.known or match.redirect:
            return None
        block = self.server.block if match.location is None else match.location.block
        if match.location is not None:
            if match.location.passes or block.hidden:
                return None
            if match.location.returns is not None:
                return _code(match.location) < _REFUSED
        if not all(said.keyword in _STILL for said in block.said) or _answers_errors(block):
            return None
        return self._file(block, path)

    def _file(self, block: Block, path: str) -> bool | None:
        """Whether a file may be there: False where certainly none is."""
        tried = block.effective("try_files").said
        if tried and not re.fullmatch(r"=[45]\d\d", tried[-1].values[-1]):
            return None
        alias, said = block.last("alias"), block.effective("root").said
        root = said[-1].values[0] if said else self._default_root()
        wanted = normal(path)
        if alias is not None or root is None or "$" in root or not root.startswith("/") or _OWN_FILES.fullmatch(wanted):
            return None
        if any(_overlaps(mount.target, root) for mount in self.workload.mounts):
            return None
        image = self.graph.image(self.workload)
        if image is None:
            return False if self.workload.build is None and self._default_root() is not None else None
        return None if self._default_root() is None or _may_hold(image, posixpath.join(root, wanted[1:])) else False

    def _default_root(self) -> str | None:
        image = self.graph.image(self.workload)
        said = self.workload.image if image is None else image.base_name
        return _ROOTS.get(known_images.parse(said.value).repository) if said is not None else None


def answers(graph: Graph, workload: Workload) -> Answers | None:
    """A workload's nginx, if it is all that runs there and all of its configuration is seen."""
    found, begun = graph.proxies(workload), graph.started(workload)
    if len(found) != 1 or len(found[0].servers) != 1 or (begun is not None and len(begun.processes) > 1):
        return None
    server = found[0].servers[0]
    if not found[0].complete or not server.certain or proxies.endpoints(graph, workload) is None:
        return None
    if proxies.stock(graph, workload) is not None or not proxies.seen_whole(graph, workload):
        return None
    return Answers(graph, workload, server) if all(s.keyword in _STILL for s in server.block.said) else None


def _may_hold(image: Image, path: str) -> bool:
    """Whether an image of nginx may have been given a file or folder."""
    added = [layer for layer in image.files.layers if layer.start >= 0]
    path = path.rstrip("/")
    inside = (held for layer in added for held in layer.files)
    return any(layer.may_have_made(path) for layer in added) or any(
        f"{held}/".startswith(f"{path}/") for held in inside
    )


def _succeeds(location: ProxyLocation) -> bool:
    if location.block.hidden or location.passes or any(said.keyword == "if" for said in location.block.said):
        return False
    if location.block.last("stub_status") is not None:
        return True
    return location.returns is not None and _code(location) < _REFUSED - 100


def _code(location: ProxyLocation) -> int:
    """The status of a `return`; a bare address is a redirect."""
    assert location.returns is not None
    first = location.returns.values[0] if location.returns.values else ""
    return int(first) if first.isdecimal() else 302


def _answers_errors(block: Block) -> bool:
    """Whether an error page may turn a refusal into something else."""
    return any(v.startswith(("=", "@")) for said in block.effective("error_page").said for v in said.values)


def _overlaps(target: str, root: str) -> bool:
    """Whether what is mounted at a path may put files below a folder."""
    one, other = target.rstrip("/") + "/", root.rstrip("/") + "/"
    return one.startswith(other) or other.startswith(one)
