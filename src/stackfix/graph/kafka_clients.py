"""Kafka's clients: every bootstrap address, and where it is evaluated.

In a container (environment, command, health check, a default in the source that takes effect), inside the broker
itself, or on the host: a dotenv file, a default or a configuration that no container reads.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import address, environment, hosts_file, kafka_sources, stores, tying
from stackfix.graph.image import is_dockerfile
from stackfix.graph.model import Place, Platform, Reference, Writing
from stackfix.graph.reach import Reached
from stackfix.text import Text
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stackfix.findings import Anchor
    from stackfix.graph.kafka_brokers import Broker
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address, Deployment, Workload

_ASKED = re.compile(
    r"--?(?:bootstrap[-.]servers?|broker-list|brokers|kafka\.server)[=\s]+[\"']?(?P<list>[A-Za-z0-9_.:,-]+)"
    r"|bootstrap[._-]servers[\"']?\s*[:=]\s*[\"']?(?P<set>[A-Za-z0-9_.:,-]+)"
    r"|\b(?:kcat|kafkacat|kafka-ready)\b[^;&|\n]*?\s-b\s+(?P<cat>[A-Za-z0-9_.:,-]+)"
)
_SETTINGS = re.compile(r"(?:(?P<module>.*)/)?src/main/resources/(?!.*-local\.\w+$)")
_IMAGED = re.compile(
    r"\bjib\b|\bbuild-image\b|\bbootBuildImage\b|docker(?:file)?-maven-plugin|dockerfile-maven|quarkus-container-image"
)
"""How a build of the Java world says that it makes an image without a Dockerfile."""
_MANIFESTS = ("pom.xml", "build.gradle", "build.gradle.kts")
_TOLD = frozenset({Writing.ENVIRONMENT, Writing.SOURCE_DEFAULT, Writing.APPLICATION_CONFIG})
_KAFKA_SCHEMES = frozenset({None, "plaintext", "ssl", "kafka", "tcp"})


class Side(Enum):
    """Where a client runs."""

    NETWORK = "in another container"
    INSIDE = "in the broker's own container"
    HOST = "on the host"


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """One bootstrap address as one client of one broker has it.

    `copy`: it is an example or a fallback that does not take effect, which follows what it is a copy of. `follows` are
    further texts with the same address that must follow this one.
    """

    broker: Broker
    side: Side
    address: Address
    value: Text
    location: Location
    anchor: Anchor
    variable: str | None = None
    reference: Reference | None = None
    copy: bool = False

    @property
    def host(self) -> str:
        """The host that it names."""
        return self.address.host.value

    @property
    def port(self) -> int | None:
        """The port that it names."""
        return self.address.port

    @property
    def local(self) -> bool:
        """Whether it names its own machine."""
        return address.is_loopback(self.host)

    @property
    def told(self) -> str:
        """The address as words."""
        return f"{self.host}:{self.port}"


def clients(graph: Graph, brokers: Sequence[Broker]) -> Iterator[Client]:
    """Every client of these brokers."""
    by_workload = {broker.workload: broker for broker in brokers}
    pieces: set[tuple[str, int]] = set()
    for reference in _in_containers(graph):
        pieces.update(_starts(reference.address))
        yield from _of_container(graph, reference, by_workload)
    yield from _on_host(graph, brokers, pieces)


def _starts(found: Address) -> Iterator[tuple[str, int]]:
    place = found.host.place
    if place is not None:
        yield place[0], place[1].start


# --- in containers ---------------------------------------------------------------------------------------------------


def _in_containers(graph: Graph) -> Iterator[Reference]:
    for reference in graph.references:
        if reference.writing in _TOLD and reference.address.port is not None:
            yield reference
    for workload in graph.workloads:
        for text, anchor in _texts(graph, workload):
            for part in asked(text):
                found = address.pair(part) or address.url(part)
                place = located(part)
                if found is not None and found.port is not None and place is not None:
                    yield _asking(workload, part, found, place, anchor)


def _asking(workload: Workload, part: Text, found: Address, place: Location, anchor: Anchor) -> Reference:
    pod = workload.deployment.platform is Platform.KUBERNETES
    return Reference(
        found, part, place, anchor, Writing.COMMAND, Place.POD if pod else Place.CONTAINER, workload, calls=True
    )


def _texts(graph: Graph, workload: Workload) -> Iterator[tuple[Text, Anchor]]:
    """Texts in which a client's command line or configuration may be written."""
    for words in (workload.entrypoint, workload.command):
        if words is not None:
            yield from ((t, words.anchor) for t in _joined([p.text for p in words.words]))
    for probe in workload.probes:
        yield from ((t, probe.anchor) for t in _joined([p.text for p in probe.command]))
    for variable in graph.environment(workload).variables.values():
        value = variable.value
        if value is not None and "bootstrap" in value.value and not kafka_sources.is_bootstrap(variable.name):
            yield value, variable.anchor


def _joined(words: Iterable[Text | None]) -> Iterator[Text]:
    """A word alone, and an option with the word behind it."""
    before: Text | None = None
    for word in words:
        if word is None:
            before = None
            continue
        if before is not None and before.value.startswith("-") and not re.search(r"[\s=]", before.value):
            yield before + Text.unwritten(" ") + word
        yield word
        before = word


def asked(text: Text) -> Iterator[Text]:
    """The addresses that a command line or an inner configuration asks for."""
    for match in _ASKED.finditer(text.value):
        group = next(name for name in ("list", "set", "cat") if match[name] is not None)
        whole = text.group(match, group)
        assert whole is not None
        for part in re.finditer(r"[^,]+", whole.value):
            yield whole.slice(part.start(), part.end())


def _of_container(graph: Graph, reference: Reference, brokers: dict[Workload, Broker]) -> Iterator[Client]:
    found, workload, name = reference.address, reference.workload, reference.variable
    if workload is None or found.scheme not in _KAFKA_SCHEMES or found.port_text is None:
        return
    if (name is not None and kafka_sources.is_other(name)) or _is_example(reference):
        return
    for broker, side in _asked_brokers(graph, reference, workload, brokers):
        if name is None or kafka_sources.is_bootstrap(name) or found.port in broker.ports:
            yield Client(
                broker, side, found, reference.value, reference.location, reference.anchor, name, reference,
            )  # fmt: skip


def _is_example(reference: Reference) -> bool:
    """Whether a localhost stands in an example that people fill in for where they run it."""
    place = reference.address.host.place
    local = address.is_loopback(reference.address.host.value)
    return local and place is not None and environment.is_dotenv(place[0]) and environment.is_example(place[0])


def _asked_brokers(
    graph: Graph, reference: Reference, workload: Workload, brokers: dict[Workload, Broker]
) -> Iterator[tuple[Broker, Side]]:
    """Whom a container's client asks: by name, or at localhost the one broker that can be meant."""
    if workload in brokers:
        reach = graph.resolve(reference)
        if reach.reached is Reached.SELF or workload in reach.workloads:
            yield brokers[workload], Side.INSIDE
            return
    host = reference.address.host.value
    if not address.is_loopback(host):
        reach = graph.resolve(reference)
        met = [brokers[w] for w in reach.workloads if w in brokers]
        if reach.reached is Reached.MET and len(met) == len(reach.workloads) == 1:
            yield met[0], Side.NETWORK
        return
    if workload in brokers or not _alone(workload) or reference.writing is Writing.SOURCE_DEFAULT:
        return
    near = [brokers[w] for w in graph.names.neighbours(workload) if w in brokers]
    port = reference.address.port
    published = [b for b in near if port in {d.published for d in b.workload.declarations}]
    meant = published if len(published) == 1 else near if len(near) == 1 else []
    # A variable of any other name asks for Kafka where no port but the broker's can be meant.
    told = reference.variable is None or kafka_sources.is_bootstrap(reference.variable)
    if told or (len(published) == 1 and port not in graph.listening(workload).ports):
        yield from ((b, Side.NETWORK) for b in meant)


def _alone(workload: Workload) -> bool:
    """Whether nobody else answers at a container's own localhost."""
    if workload.deployment.platform is not Platform.COMPOSE or workload.network_mode is not None:
        return False
    guests = (w.network_mode for w in workload.deployment.workloads)
    return f"service:{workload.name}" not in guests and "localhost" not in workload.extra_hosts


# --- on the host -----------------------------------------------------------------------------------------------------


def _on_host(graph: Graph, brokers: Sequence[Broker], pieces: set[tuple[str, int]]) -> Iterator[Client]:
    """What runs beside the containers: dotenv files, fallbacks and configurations that no container reads."""
    composed = [b for b in brokers if b.workload.deployment.platform is Platform.COMPOSE]
    if not composed:
        return
    inside = _Contained(graph)
    lines = kafka_sources.lines(graph.library)
    given = {line.variable for line in lines if not (line.example or line.fallback)}
    for line in lines:
        if line.taken in pieces or inside.named(line.path) or (line.fallback and _is_in_cluster(graph, line)):
            continue
        copy = line.example or (line.fallback and (line.variable in given or inside.covers(line.path)))
        if not copy and (inside.reads(line) or _is_idle(graph, line) or _is_imaged(graph, line, brokers)):
            continue
        if not address.is_loopback(line.address.host.value) and hosts_file.knows(graph, line.address.host.value):
            continue
        for broker in _near(composed, line):
            yield Client(
                broker, Side.HOST, line.address, line.value, line.location, line.anchor, line.variable, copy=copy
            )


def _is_in_cluster(graph: Graph, line: kafka_sources.Line) -> bool:
    """Whether a default is right in a cluster, whatever Compose's broker is called: a Service answers to it."""
    host, port = line.address.host.value, line.address.port
    services = (s for cluster in graph.world.clusters for s in cluster.services if s.name.value == host)
    return any(port in {p.port for p in service.ports} for service in services)


def _is_idle(graph: Graph, line: kafka_sources.Line) -> bool:
    """Whether a plain `.env` has a container's name for what no code or configuration of the repository says."""
    name = line.variable
    if name is None or posixpath.basename(line.path) != ".env" or address.is_loopback(line.address.host.value):
        return False
    return not any(environment.spoken(graph.library, said) for said in (name, name.lower()))


def _is_imaged(graph: Graph, line: kafka_sources.Line, brokers: Sequence[Broker]) -> bool:
    """Whether a container's name stands in the settings of an application that goes into an image of its own.

    By its module's Dockerfile, by what its build says, or by the name of what some deployment runs.
    """
    match = _SETTINGS.match(line.path)
    if match is None or address.is_loopback(line.address.host.value):
        return False
    module = match["module"] or ""
    places = (module, join(module, "docker"), join(module, "src/main/docker"))
    if any(is_dockerfile(path) for place in places for path in graph.library.tree.directly_in(place)):
        return True
    manifests = (join(folder, name) for folder in dict.fromkeys((module, "")) for name in _MANIFESTS)
    texts = (graph.library.text(path) for path in manifests if graph.library.tree.is_file(path))
    if any(text is not None and _IMAGED.search(text.value) for text in texts):
        return True
    known = {broker.workload for broker in brokers}
    return module != "" and _is_run([w for w in graph.workloads if w not in known], posixpath.basename(module))


def _is_run(workloads: Sequence[Workload], name: str) -> bool:
    """Whether one of these is called like a module: `shop-search` that of `search`."""
    called = re.compile(rf"(?:.*[-_.])?{re.escape(name)}")
    for workload in workloads:
        image = tying.repository(workload.image.value) if workload.image is not None else ""
        if stores.store(image) is None and any(called.fullmatch(n) for n in (workload.name, posixpath.basename(image))):
            return True
    return False


class _Contained:
    """Which files containers see: folders that are built or mounted."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._seen: list[tuple[str, Workload]] = []
        self._named = {file.path for w in graph.workloads for file in w.env_files}
        for workload in graph.workloads:
            build = workload.build
            if build is not None:
                self._seen.append((build.context, workload))
            self._seen += [(m.source, workload) for m in workload.mounts if m.source is not None]

    def named(self, path: str) -> bool:
        """Whether a container is given the file by name."""
        return path in self._named

    def _covering(self, path: str) -> Iterator[Workload]:
        for folder, workload in self._seen:
            if folder in {"", path} or path.startswith(folder + "/"):
                yield workload

    def covers(self, path: str) -> bool:
        """Whether a container may see the file."""
        return any(True for _ in self._covering(path))

    def reads(self, line: kafka_sources.Line) -> bool:
        """Whether a container may take its value from the file."""
        for workload in self._covering(line.path):
            if line.variable is None or self._graph.environment(workload).get(line.variable) is None:
                return True
        return False


def _near(brokers: Sequence[Broker], line: kafka_sources.Line) -> Iterator[Broker]:
    """The brokers that a process on the host may mean: of the projects nearest to the file, each project's one."""
    projects = _nearest({b.workload.deployment for b in brokers}, line.path)
    for project in sorted(projects, key=lambda d: d.name):
        own = [b for b in brokers if b.workload.deployment is project]
        port = line.address.port
        published = [b for b in own if port in {d.published for d in b.workload.declarations}]
        if address.is_loopback(line.address.host.value):
            yield from published if len(published) == 1 else own if len(own) == 1 else ()
        elif not line.elsewhere:
            yield from (b for b in own if line.address.host.value in _names(b))


def _names(broker: Broker) -> set[str | None]:
    workload = broker.workload
    return {workload.name, workload.hostname, workload.container_name.value if workload.container_name else None}


def _nearest(projects: set[Deployment], path: str) -> list[Deployment]:
    folder = posixpath.dirname(path)
    above = [p for p in projects if not p.folder or folder == p.folder or folder.startswith(p.folder + "/")]
    if above:
        deepest = max(len(p.folder) for p in above)
        return [p for p in above if len(p.folder) == deepest]
    folders = Counter(p.folder for p in projects)
    return list(projects) if len(folders) == 1 else []
