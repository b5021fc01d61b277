"""Paths of an Ingress that come to an application otherwise than its routes are written.

`rewrite-target: /` takes everything of a path away; `/$2` behind `/api(/|$)(.*)` takes the prefix off; without one the
path stays as it is asked for. Source: ingress-nginx, "Rewrite" and "Ingress Path Matching".

May import repairs, the graph's nouns, Kubernetes modules and what applications serve.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import kubernetes_names, kubernetes_objects, proxied_routes, proxy_paths
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_names import Unresolved
from stackfix.graph.kubernetes_nodes import Branch
from stackfix.repairs.remove_entry import RemoveEntry
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location, Repair
    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.kubernetes_cluster import Cluster
    from stackfix.graph.kubernetes_nodes import Leaf
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.python_routing import Routing, ServedRoute

_TARGET = "nginx.ingress.kubernetes.io/rewrite-target"
_OTHERWISE = re.compile(r"rewrite|strip|middleware|snippet|app-root|path", re.IGNORECASE)
"""Further annotations by which a controller may change a path."""
_GROUP = re.compile(r"\$(\d)")
_PLAIN = re.compile(r"/[\w./~-]*")
_PATTERN = re.compile(r"(?P<prefix>/[\w/-]*)\(.*")
_DEEP = "/some-where/quite/else.x"


@dataclass(frozen=True, slots=True, eq=False)
class Astray:
    """A path whose requests miss the routes. `asked` is one of them, `sent` what the application sees of it.

    `location` and `anchor` are what a person would edit; without `repairs` `advice` says how.
    """

    target: Workload
    asked: str
    sent: str
    route: ServedRoute
    location: Location
    anchor: Anchor
    advice: str
    repairs: tuple[Repair, ...]
    paths: tuple[Location, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """One path of an Ingress. `prefix` is its literal beginning, without a slash at its end."""

    host: str | None
    leaf: Leaf
    prefix: str
    target: Workload | None
    routing: Routing | None

    def takes(self, asked: str) -> bool:
        """Whether a request's path is one of this way's, others left aside."""
        if _PLAIN.fullmatch(self.leaf.value):
            return asked == self.prefix or asked.startswith(self.prefix + "/")
        return re.match(self.leaf.value, asked, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True, eq=False)
class _Miss:
    """A way whose requests miss all routes. `keeps`: the routes have the prefix."""

    way: _Way
    asked: str
    sent: str
    route: ServedRoute
    keeps: bool


def astray(graph: Graph) -> Iterator[Astray]:
    """Every such path; what one edit of an Ingress puts right is one."""
    seen: set[Location] = set()
    for cluster in graph.world.clusters:
        for item in cluster.objects if not cluster.deployment.fragment else ():
            if item.kind != "Ingress" or item.uncertain:
                continue
            for one in _of(graph, cluster, item):
                if one.location not in seen:
                    seen.add(one.location)
                    yield one


def _of(graph: Graph, cluster: Cluster, item: Manifest) -> Iterator[Astray]:
    annotations = nodes.get(item.root, "metadata", "annotations")
    target = nodes.leaf(annotations, _TARGET)
    given = dict(nodes.entries(annotations))
    classes = (
        nodes.value(item.root, "spec", "ingressClassName"),
        nodes.value(annotations, "kubernetes.io/ingress.class"),
    )
    if any(_OTHERWISE.search(key.rpartition("/")[2]) for key in given if key != _TARGET):
        return
    if (target is not None and target.plain is None) or any(c is not None and "nginx" not in c for c in classes):
        return
    ways = tuple(_ways(graph, cluster, item))
    written = target.value if target is not None else None
    misses = [miss for way in ways if (miss := _miss(ways, way, written)) is not None]
    kept = [miss for miss in misses if miss.keeps]
    if kept and target is not None and isinstance(annotations, Branch):
        yield _kept(annotations, target, ways, kept)
    for miss in misses:
        if not miss.keeps:
            yield _stripped(miss)


def _ways(graph: Graph, cluster: Cluster, item: Manifest) -> Iterator[_Way]:
    backends = {b.anchor: b for b in kubernetes_objects.backends(item)}
    for rule in nodes.branches(item.root, "spec", "rules"):
        host = nodes.value(rule, "host")
        for path in nodes.branches(rule, "http", "paths"):
            leaf, node = nodes.leaf(path, "path"), nodes.get(path, "backend")
            backend = backends.get(node.anchor) if node is not None else None
            match = _PATTERN.fullmatch(leaf.value) if leaf is not None else None
            if leaf is None or (match is None and not _PLAIN.fullmatch(leaf.value)) or not _compiles(leaf.value):
                continue
            found = kubernetes_names.backend_service(backend, cluster) if backend is not None else Unresolved.UNKNOWN
            pods = () if isinstance(found, Unresolved) else kubernetes_names.selected(found, cluster)
            target = pods[0] if len(pods) == 1 else None
            prefix = (match["prefix"] if match is not None else leaf.value).rstrip("/")
            yield _Way(host, leaf, prefix, target, _routing(graph, target))


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _routing(graph: Graph, target: Workload | None) -> Routing | None:
    """What an application serves, where all of it is known and it takes no prefix off by itself."""
    found = proxied_routes.routing_of(graph, target) if target is not None else None
    if target is None or found is None or not found.complete:
        return None
    everything = any(re.fullmatch(route.pattern, _DEEP) for route in found.routes)
    everything = everything or any(_DEEP.startswith(prefix) for prefix in found.unknown)
    return None if everything or proxy_paths.mounts_itself(graph, target) else found


def _sent(way: _Way, target: str | None, asked: str) -> str | None:
    """What the application sees of a request; None where nobody can tell."""
    if target is None:
        return asked if _PLAIN.fullmatch(way.leaf.value) else None
    match = re.match(way.leaf.value, asked, re.IGNORECASE)
    if match is None:
        return None
    groups = ("", *(group or "" for group in match.groups()))
    return _GROUP.sub(lambda m: groups[int(m[1])] if int(m[1]) < len(groups) else "", target)


def _miss(ways: tuple[_Way, ...], way: _Way, target: str | None) -> _Miss | None:
    """What a way's requests miss; None where any of them meets its route, or none says where they should go."""
    routes = [r for r in way.routing.routes if not proxy_paths.TRIVIAL.fullmatch(r.path)] if way.routing else []
    prefixed = [r for r in routes if r.path == way.prefix or r.path.startswith(way.prefix + "/")]
    if not routes or way.target is None or (prefixed and len(prefixed) < len(routes)):
        return None
    if not prefixed and (not way.prefix or proxy_paths.SERVED_ASIDE.match(way.prefix)):
        return None
    head = "" if prefixed else way.prefix
    pairs = [(head + proxied_routes.sample(r.path), r) for r in routes]
    sent = [(asked, _sent(way, target, asked), r) for asked, r in pairs if _choice(ways, way.host, asked) is way]
    unknown = way.routing.unknown if way.routing else ()
    if not sent or any(told is None or re.fullmatch(r.pattern, told) for _, told, r in sent):
        return None
    if any(told.startswith(unknown) or asked.startswith(unknown) for asked, told, _ in sent if told and unknown):
        return None
    asked, told, route = sent[0]
    return _Miss(way, asked, told or "", route, bool(prefixed))


def _choice(ways: tuple[_Way, ...], host: str | None, asked: str) -> _Way | None:
    """The way that a request takes: the longest that fits."""
    fitting = [way for way in ways if way.host == host and way.takes(asked)]
    return max(fitting, key=lambda way: len(way.leaf.value), default=None)


def _kept(annotations: Branch, target: Leaf, ways: tuple[_Way, ...], misses: list[_Miss]) -> Astray:
    """A rewriting that takes away what the routes have."""
    first = misses[0]
    repairs: tuple[Repair, ...] = ()
    advice = "leave the path as it is asked for"
    settled = all(not way.prefix or any(m.way is way for m in misses) for way in ways)
    longer = first.way.prefix + target.value
    alone = len({way.leaf.value for way in ways}) == 1
    if "$" not in target.value and all(_PLAIN.fullmatch(way.leaf.value) for way in ways) and settled:
        only = len(annotations.entries) == 1
        repairs = (RemoveEntry(annotations.anchor if only else target.anchor),)
        advice = "take the rewriting away"
    elif alone and target.plain is not None and _miss(ways, first.way, longer) is None:
        repairs, advice = (SetText(target.plain, longer),), f"rewrite to {longer}"
    paths = tuple(miss.way.leaf.location for miss in misses)
    return Astray(*_sent_astray(first), target.location, target.anchor, advice, repairs, paths)


def _stripped(miss: _Miss) -> Astray:
    """A prefix that no route has, and that nothing takes off."""
    leaf = miss.way.leaf
    advice = (
        f"ask by {miss.way.prefix}(/|$)(.*) with the rewrite target /$2, or serve the routes below {miss.way.prefix}"
    )
    return Astray(*_sent_astray(miss), leaf.location, leaf.anchor, advice, (), ())


def _sent_astray(miss: _Miss) -> tuple[Workload, str, str, ServedRoute]:
    """What is told of a miss, whoever mends it."""
    assert miss.way.target is not None
    return miss.way.target, miss.asked, miss.sent, miss.route
