"""The origins that browsers really have: of the configuration, Ingresses, nginx servers and published front ends.

An origin is scheme, host and port, as a browser sends it. Names of test domains and patterns are none.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import container, kubernetes_names, kubernetes_nodes
from stackfix.graph.kubernetes_cluster import same_namespace
from stackfix.graph.model import Platform, Says
from stackfix.graph.production import in_production
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_facts import ProxyServer

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_API = re.compile(r"(?:apis?|backend|graphql|grpc|gateway|ws|socket)(?:[.-]|\d+\.)")
"""Hosts that give out no pages, by what they are called."""
_NOT_PUBLIC = re.compile(r"(?:.*\.)?(?:local|localhost|internal|svc|invalid|example)")
_FRONT_END = re.compile(
    r'"(?:react|vue|next|nuxt|svelte|@sveltejs/kit|@angular/core|vite|preact|solid-js|react-scripts)"'
)
_MANIFESTS = (
    "package.json", "requirements.txt", "pyproject.toml", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts",
    "Cargo.toml", "Gemfile", "composer.json",
)  # fmt: skip
"""What says what the folder of a Dockerfile holds, whatever lies above it."""
_PLAIN, _SECURE = 80, 443


class From(Enum):
    """Who says an origin."""

    POLICY = "the configuration lists it"
    INGRESS = "the Ingress serves it"
    SERVER = "nginx serves it"
    PUBLISHED = "the front end is published here"


@dataclass(frozen=True, slots=True)
class Origin:
    """One origin and who says so."""

    value: str
    source: From
    location: Location | None

    @property
    def host(self) -> str:
        """The origin without its scheme."""
        return self.value.partition("://")[2]


def of(graph: Graph, workloads: Iterable[Workload]) -> tuple[Origin, ...]:
    """The origins from which pages may call a component that these workloads are, each once.

    The configuration's list stands alone; without it what production serves, then localhost where development does.
    """
    listed = tuple(Origin(s.value, From.POLICY, s.location) for s in graph.policy.origins)
    runs = tuple(workloads)
    real = listed or tuple(o for w in runs for o in _served(graph, w))
    local = tuple(o for w in runs if not in_production(w, graph.policy) for o in _published(graph, w))
    found: dict[str, Origin] = {}
    for origin in (*real, *local):
        found.setdefault(origin.value, origin)
    return tuple(found.values())


def _served(graph: Graph, workload: Workload) -> Iterator[Origin]:
    """What the Ingresses serve, and what servers do by themselves: behind an Ingress, the browser sees its scheme."""
    cluster = graph.cluster(workload)
    outside = tuple(_of_ingresses(cluster, workload)) if cluster is not None else ()
    yield from outside
    hosts = {origin.host for origin in outside}
    for sibling in workload.deployment.workloads:
        for facts in graph.proxies(sibling):
            for server in facts.servers:
                yield from (origin for origin in _of_server(server) if origin.host not in hosts)


def _of_ingresses(cluster: Cluster, workload: Workload) -> Iterator[Origin]:
    """The hosts that lead to something else than the component: pages come from there; all, where none does."""
    secure = {h for item in cluster.objects if item.kind == "Ingress" for h in _tls(item.root)}
    own = {s.name.value for s in kubernetes_names.services_for(workload, cluster)}
    pages: dict[str, Location] = {}
    every: dict[str, Location] = {}
    for backend in cluster.backends:
        if not same_namespace(backend.namespace, workload.namespace):
            continue
        for host in backend.hosts:
            if _public(host) and not _API.match(host):
                every.setdefault(host, backend.location)
                if backend.service.value not in own:
                    pages.setdefault(host, backend.location)
    for host, place in (pages or every).items():
        yield Origin(f"{'https' if host in secure else 'http'}://{host}", From.INGRESS, place)


def _tls(root: kubernetes_nodes.Branch) -> Iterator[str]:
    for entry in kubernetes_nodes.branches(root, "spec", "tls"):
        yield from (leaf.value for leaf in kubernetes_nodes.leaves(entry, "hosts"))


def _public(host: str) -> bool:
    return bool(_HOST.fullmatch(host)) and not _NOT_PUBLIC.fullmatch(host)


def _of_server(server: ProxyServer) -> Iterator[Origin]:
    """The names of a server that answers by itself, on a port that browsers take by default."""
    secure = any(listen.ssl for listen in server.listens)
    if (_SECURE if secure else _PLAIN) not in server.ports or (not secure and server.block.last("return")):
        return
    if not secure and any(one.returns for one in server.locations if one.path.value == "/"):
        return
    for name in server.names:
        place = located(name)
        if _public(name.value) and place is not None:
            yield Origin(f"{'https' if secure else 'http'}://{name.value}", From.SERVER, place)


def _published(graph: Graph, workload: Workload) -> Iterator[Origin]:
    """The front ends beside a workload of a Compose project, as a browser on the same machine sees them."""
    if workload.deployment.platform is not Platform.COMPOSE:
        return
    for sibling in workload.deployment.workloads:
        if sibling is workload or not _is_front_end(graph, sibling):
            continue
        for said in sibling.declarations:
            if said.says is Says.PUBLISHED and said.published is not None and said.protocol == "tcp":
                port = "" if said.published == _PLAIN else f":{said.published}"
                yield Origin(f"http://localhost{port}", From.PUBLISHED, said.location)


def _is_front_end(graph: Graph, workload: Workload) -> bool:
    build, image = graph.build_of(workload), graph.image(workload)
    if build is None:
        return False
    given = (
        container.files(graph, workload).lookup(posixpath.join(image.working_dir or "/", "package.json"))
        if image
        else None
    )
    home = posixpath.dirname(build.dockerfile)
    own = any(graph.library.tree.is_file(join(home, name)) for name in _MANIFESTS)
    path = given if isinstance(given, str) else join(home if own else build.context, "package.json")
    text = graph.library.text(path)
    return text is not None and _FRONT_END.search(text.value) is not None
