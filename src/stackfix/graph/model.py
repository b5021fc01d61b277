"""The nouns of the graph: what runs where, what it listens on, what is said of it, and what refers to it.

Every fact carries its place. Built by one module per file kind, joined by link, judged by authority.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.graph.value import EMPTY, Environment, Template, Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.findings import Anchor, Location
    from stackfix.text import Text


class Platform(Enum):
    """What a deployment is run by."""

    COMPOSE = "compose"
    KUBERNETES = "kubernetes"
    HOST = "host"
    IMAGE = "image"


class Place(Enum):
    """Where a reference is evaluated: it decides which names and ports are right."""

    CONTAINER = "container"
    POD = "pod"
    BROWSER = "browser"
    HOST = "host"
    UNKNOWN = "unknown"


# --- listening -------------------------------------------------------------------------------------------------------


class Witness(Enum):
    """Where the knowledge of a listener comes from, strongest first (model.md: 'a listen endpoint is …')."""

    COMMAND = "command line"
    ENVIRONMENT = "environment"
    IMAGE = "image's ENV"
    SOURCE = "source"
    CONFIGURATION = "configuration file"
    KNOWN_IMAGE = "known image"
    TOOL = "tool's default"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A port that a process really binds in one deployment.

    `port_text` is where the number is written (None for a tool's default), in whole: an edit of it moves the listener.
    `host` is None where it is every address. `variable` is the environment variable that decides the port, if one does,
    set or not; `host_variable` likewise. `loopback` is reachable from its own container alone. Not `sure`: a known
    image opens it in some settings; a reference to it is right, and it proves nothing. `listener` is the call of the
    source that binds it, `sockets` whether it speaks nothing but WebSockets.
    """

    port: int
    witness: Witness
    port_text: Text | None = None
    host: str | None = None
    host_text: Text | None = None
    variable: str | None = None
    host_variable: str | None = None
    protocol: str = "tcp"
    evidence: tuple[Location, ...] = ()
    anchor: Anchor | None = None
    sure: bool = True
    listener: Location | None = field(default=None, compare=False)
    sockets: bool = field(default=False, compare=False)

    @property
    def loopback(self) -> bool:
        """Whether only processes of the same container or pod can connect."""
        return self.host is not None and (self.host in {"localhost", "::1", "[::1]"} or self.host.startswith("127."))


@dataclass(frozen=True, slots=True)
class Listening:
    """All that a process binds, or that nobody can tell: not `known` means silence of every rule about its ports."""

    endpoints: tuple[Endpoint, ...] = ()
    known: bool = False

    @property
    def ports(self) -> frozenset[int]:
        """The port numbers."""
        return frozenset(e.port for e in self.endpoints)


NOTHING_KNOWN = Listening()


# --- saying ----------------------------------------------------------------------------------------------------------


class Says(Enum):
    """What kind of declaration speaks of a port without opening it."""

    IMAGE_EXPOSE = "EXPOSE"
    COMPOSE_EXPOSE = "expose"
    PUBLISHED = "published port"
    CONTAINER_PORT = "containerPort"


@dataclass(frozen=True, slots=True)
class Declaration:
    """A port said to be open. `port` is the number inside the container, `port_text` where it is written.

    `published` is the host's port, None where none or chosen by the engine; `published_text` where it is written.
    `host_ip` is what it is bound to on the host. `name` is a Kubernetes port's name. Ranges are not taken as facts.
    """

    says: Says
    port: int
    port_text: Text
    location: Location
    anchor: Anchor
    published: int | None = None
    published_text: Text | None = None
    host_ip: str | None = None
    protocol: str = "tcp"
    name: str | None = None


@dataclass(frozen=True, slots=True)
class HostPorts:
    """A run of ports that a Compose `ports` entry takes on the host. `some`: any free ones of it, not all.

    `host_ip` is None for every address. `location` is where the numbers are written, `anchor` the entry.
    """

    first: int
    last: int
    protocol: str
    host_ip: str | None
    some: bool
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Probe:
    """A check of a container: Kubernetes liveness, readiness, startup; Compose or image health check.

    `port` may be a Kubernetes port's name: then `port_name` is set. `path` is None for a plain connection. `host` is
    the host asked, None for the container itself. `command` are the words of an executed check, `tool` its program.
    `optional` holds where the check can't fail by this (`|| true`). Not `sound`: the engine refuses it as it is
    written, or hands a shell's `||` to the program, which takes it for an argument.
    """

    kind: str
    location: Location
    anchor: Anchor
    port: int | None = None
    port_name: str | None = None
    port_text: Text | None = None
    path: str | None = None
    path_text: Text | None = None
    host: str | None = None
    host_text: Text | None = None
    tool: str | None = None
    command: tuple[Template, ...] = ()
    sound: bool = True


# --- referring -------------------------------------------------------------------------------------------------------


class Writing(Enum):
    """What kind of place a reference is written in."""

    ENVIRONMENT = "environment value"
    SOURCE_DEFAULT = "source default"
    SOURCE_LITERAL = "source literal"
    PROXY = "proxy"
    INGRESS = "ingress"
    PROBE = "probe"
    COMMAND = "command"
    FRONT_END = "front end"
    MONITORING = "monitoring"
    APPLICATION_CONFIG = "application configuration"


@dataclass(frozen=True, slots=True)
class Address:
    """Scheme, host, port and path, each with its own place, since they travel apart.

    `port` is None where none is written; `port_text` and the others are slices of the value. `scheme` is lower-case.
    `user` and `database` are those of a connection string.
    """

    host: Text
    scheme: str | None = None
    scheme_text: Text | None = None
    port: int | None = None
    port_text: Text | None = None
    path: Text | None = None

    @property
    def default_port(self) -> int | None:
        """The written port, else the scheme's own (IANA)."""
        return self.port if self.port is not None else DEFAULT_PORTS.get(self.scheme or "")


DEFAULT_PORTS = {
    "http": 80,
    "ws": 80,
    "https": 443,
    "wss": 443,
    "postgres": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "redis": 6379,
    "rediss": 6379,
    "amqp": 5672,
    "mongodb": 27017,
    "nats": 4222,
    "ftp": 21,
}


@dataclass(frozen=True, slots=True)
class Reference:
    """Anything that must reach something.

    `workload` is who evaluates it (None: nobody known, silent). `variable` is its environment variable, if it has one;
    `calls` says that the source that reads it has been seen to open a connection to it (not merely to print or allow
    it). `speaks` is the engine that its reader speaks, `login` what the reader is given beside the address, as far as
    it is known.
    """

    address: Address
    value: Text
    location: Location
    anchor: Anchor
    writing: Writing
    place: Place
    workload: Workload | None = None
    variable: str | None = None
    calls: bool = False
    evidence: tuple[Location, ...] = ()
    speaks: str | None = None
    login: Mapping[str, Text] = field(default_factory=dict, compare=False)


# --- images ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Build:
    """Who builds what: a context folder (from the root, "" is the root), a Dockerfile in the tree, a stage, arguments.

    `known` is false where the base folder is not certain (fragments, moved copies).
    """

    context: str
    dockerfile: str
    location: Location
    anchor: Anchor
    target: str | None = None
    arguments: tuple[Variable, ...] = ()
    context_text: Text | None = None
    dockerfile_text: Text | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """A command as its words: exec form, or one string for a shell."""

    words: tuple[Template, ...]
    shell: bool
    location: Location
    anchor: Anchor


# --- what runs -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mount:
    """Something of the repository or of a cluster object put into a container. `source` is a path of the tree, None if
    it isn't one (a named volume, a Secret). `target` is absolute in the container. `volume` is what kind of Kubernetes
    volume it is: "configMap", "secret", "emptyDir" …; `key` is the one key that `target` holds, None for all of
    them.
    """

    target: str
    source: str | None
    location: Location
    anchor: Anchor
    source_text: Text | None = None
    config_map: str | None = None
    key: str | None = None
    volume: str | None = None


@dataclass(frozen=True, slots=True)
class NetworkUse:
    """A Compose service's part in a network, with the further names it has there. `network` is the real network's
    identity: "project:key" for one of the project's own, the external name for an external one.
    """

    network: str
    aliases: tuple[Text, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """One `depends_on` entry. `condition` is None in list form."""

    name: Text
    condition: str | None
    location: Location
    anchor: Anchor
    required: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Controller:
    """The Kubernetes object that a container belongs to. `kind` is its own (Deployment, CronJob, Pod …).

    `name` is what the cluster calls it, None where nobody can tell. `labels` are those of the pods, `labels_anchor`
    addresses their mapping, if there is one. `service_name` is a StatefulSet's, whose pods it names.
    """

    kind: str
    name: Text | None
    location: Location
    anchor: Anchor
    labels: Mapping[str, Text] = field(default_factory=dict)
    labels_anchor: Anchor | None = None
    labels_location: Location | None = None
    service_name: Text | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """One container of one component in one deployment: a Compose service, or a container of a pod template.

    `environment` is what the deployment gives (the image's ENV is not in it). `environment_anchor` addresses the
    service or container that a variable would be added to. `pod` is shared by containers of one pod template, with
    `labels`. `names` are what others may call it by on its networks, beside the service name. `scale_zero`, `profiles`
    tell whether it runs at all. `runs_once` marks jobs, migrations, init containers. `entrypoint` and `command`
    override the image's. `healthcheck_written`: the
    deployment says something of its health check, read or not; `unread_check` is one that can't be read whole.
    `restart` is "" where something unread decides.
    Identity is by object.
    """

    name: str
    deployment: Deployment
    location: Location
    anchor: Anchor
    image: Text | None = None
    build: Build | None = None
    entrypoint: Words | None = None
    command: Words | None = None
    working_dir: str | None = None
    environment: Environment = EMPTY
    declarations: tuple[Declaration, ...] = ()
    host_ports: tuple[HostPorts, ...] = ()
    probes: tuple[Probe, ...] = ()
    unread_check: Probe | None = None
    healthcheck_disabled: bool = False
    healthcheck_written: bool = False
    mounts: tuple[Mount, ...] = ()
    networks: tuple[NetworkUse, ...] = ()
    network_mode: str | None = None
    container_name: Text | None = None
    hostname: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    extra_hosts: frozenset[str] = frozenset()
    waits: tuple[Wait, ...] = ()
    env_files: tuple[EnvFile, ...] = ()
    env_references: tuple[ConfigReference, ...] = ()
    profiles: frozenset[str] = frozenset()
    pod: str | None = None
    labels: Mapping[str, str] | None = None
    runs_once: bool = False
    restart: str | None = None
    scaled_to_zero: bool = False
    namespace: str = ""
    controller: Controller | None = None


@dataclass(frozen=True, slots=True)
class EnvFile:
    """One env_file entry. `path` from the root; `missing_ok` is `required: false`."""

    path: str
    text: Text
    location: Location
    anchor: Anchor
    missing_ok: bool = False


@dataclass(frozen=True, slots=True)
class ConfigReference:
    """A pod's use of a ConfigMap or Secret: `key` is None for envFrom or a whole volume."""

    kind: str
    name: Text
    key: Text | None
    location: Location
    anchor: Anchor
    optional: bool = False
    variable: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Deployment:
    """One place where components run together: a Compose project (its merged files), a Kubernetes namespace, an image's
    own CMD, or the bare host. `fragment` deployments are incomplete alone and are never judged.
    """

    platform: Platform
    name: str
    paths: tuple[str, ...]
    folder: str = ""
    production: bool = False
    fragment: bool = False
    workloads: list[Workload] = field(default_factory=list)
    networks: Mapping[str, str] = field(default_factory=dict)
    location: Location | None = None


# --- Kubernetes objects ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One port of a Kubernetes Service. `target` is the number or name it goes to, as text where written."""

    port: int
    port_text: Text
    location: Location
    anchor: Anchor
    name: str | None = None
    target_port: int | None = None
    target_name: str | None = None
    target_text: Text | None = None
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True, eq=False)
class KubeService:
    """A Kubernetes Service. `selector` is None for none (Endpoints by hand: unknown).

    `written_names` are what manifests may call it: Kustomize renames it, and with it what refers to it. `outward`: it
    is reached from outside the cluster too (NodePort, LoadBalancer).
    """

    name: Text
    namespace: str
    location: Location
    anchor: Anchor
    ports: tuple[ServicePort, ...] = ()
    selector: Mapping[str, Text] | None = None
    selector_location: Location | None = None
    external_name: str | None = None
    headless: bool = False
    outward: bool = False
    written_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class IngressBackend:
    """A backend of an Ingress or HTTPRoute: a Service's name and port (number or name)."""

    service: Text
    namespace: str
    location: Location
    anchor: Anchor
    port: int | None = None
    port_name: str | None = None
    port_text: Text | None = None
    hosts: tuple[str, ...] = ()
    path: str | None = None
    kind: str = "Ingress"


@dataclass(frozen=True, slots=True)
class KubeConfig:
    """A ConfigMap or Secret that some manifest or generator defines. `keys` is None where they can't be known.

    `written_names` are what manifests may call it, as with a Service.
    """

    kind: str
    name: str
    namespace: str
    location: Location
    anchor: Anchor
    name_text: Text | None = None
    keys: Mapping[str, Text | None] | None = None
    key_locations: Mapping[str, Location] | None = None
    key_anchors: Mapping[str, Anchor] | None = None
    written_names: frozenset[str] = frozenset()
