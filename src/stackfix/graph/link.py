"""The joins: one graph of all deployments, and the queries that detectors ask.

Everything that costs is worked out when it is first asked for, once.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import (
    address,
    authority,
    builds,
    compose,
    connections,
    entry_points,
    executed,
    front_doors,
    frontend_builds,
    handed,
    kafka,
    kafka_brokers,
    kubernetes_link,
    kubernetes_names,
    listening,
    lone,
    past_proxy,
    probing,
    proxies,
    proxying,
    references,
    sources,
    spring_calls,
    spring_references,
    starting,
    tying,
    voices,
)
from stackfix.graph.image import image as built_image
from stackfix.graph.model import Platform, Reference
from stackfix.graph.reach import By, ComposeNames, Reach, Reached
from stackfix.graph.value import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.findings import Location
    from stackfix.graph.application import Program
    from stackfix.graph.connections import Connection
    from stackfix.graph.image import Image
    from stackfix.graph.kafka_brokers import Broker
    from stackfix.graph.kubernetes_cluster import Cluster, World
    from stackfix.graph.library import Library
    from stackfix.graph.model import Build, Deployment, KubeConfig, Listening, Workload
    from stackfix.graph.proxy_facts import NginxFacts
    from stackfix.graph.spring_calls import Call
    from stackfix.graph.started import Process, Started
    from stackfix.graph.value import Environment, Template
    from stackfix.policy import Policy
    from stackfix.text import Text


def build(library: Library, policy: Policy) -> Graph:
    """The graph of a tree. Nothing is judged yet."""
    return Graph(library, policy)


class Graph:
    """The wiring of one tree."""

    def __init__(self, library: Library, policy: Policy) -> None:
        """Take the tree's documents and the configuration's decisions."""
        self.library = library
        self.policy = policy
        self._images: dict[Build, Image | None] = {}
        self._started: dict[Workload, Started | None] = {}
        self._copied: dict[Workload, Started | None] = {}
        self._entries: dict[Workload, entry_points.Entries] = {}
        self._programs: dict[tuple[Workload, tuple[Template, ...]], Program | None] = {}
        self._proxies: dict[Workload, tuple[NginxFacts, ...]] = {}
        self._listening: dict[Workload, Listening] = {}
        self._settled: dict[Workload, Listening] = {}
        self._reached: dict[Reference, Reach] = {}
        self._spring: dict[Workload, tuple[Call, ...]] = {}

    # --- what there is ---

    @cached_property
    def projects(self) -> tuple[Deployment, ...]:
        """Every Compose project that can be judged."""
        return compose.deployments(self.library, self.policy)

    @cached_property
    def world(self) -> World:
        """Every group of Kubernetes manifests."""
        return kubernetes_link.link(self.library)

    @cached_property
    def deployments(self) -> tuple[Deployment, ...]:
        """Every deployment of the repository."""
        return (*self.projects, *(cluster.deployment for cluster in self.world.clusters))

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Everything that runs, in all deployments."""
        return tuple(workload for deployment in self.deployments for workload in deployment.workloads)

    @cached_property
    def names(self) -> ComposeNames:
        """The names of the Compose projects."""
        return ComposeNames(self.projects, compose.service_names(self.library))

    @cached_property
    def ties(self) -> tying.Ties:
        """Which build makes which image."""
        return tying.ties(self.library, self.projects)

    @cached_property
    def untagged(self) -> Mapping[str, tuple[Build, ...]]:
        """The builds that nobody is seen to name an image by, by the names of their folders."""
        return tying.untagged(self.builds)

    @cached_property
    def builds(self) -> tuple[builds.Made, ...]:
        """Every build whose context is known."""
        return builds.builds(self.library, self.projects)

    @cached_property
    def front_builds(self) -> tuple[frontend_builds.FrontBuild, ...]:
        """Every step of a build that builds a front end whose source is in the tree."""
        return frontend_builds.builds(self)

    @cached_property
    def own_commands(self) -> tuple[Workload, ...]:
        """Each built image as it runs by its own command; not among the workloads."""
        return builds.own_commands(self.library, self.builds)

    @cached_property
    def running(self) -> tuple[Workload, ...]:
        """Everything that runs, and the own commands of those images that no deployment is seen to run."""
        run = {self.build_of(workload) for workload in self.workloads}
        places = {(b.context, b.dockerfile) for b in run if b is not None}
        alone = (w for w in self.own_commands if w.build and (w.build.context, w.build.dockerfile) not in places)
        return (*self.workloads, *alone)

    @cached_property
    def lone_commands(self) -> tuple[Workload, ...]:
        """Images of unknown context as they run by their own command; not among the workloads."""
        return lone.commands(self)

    @cached_property
    def components(self) -> dict[str, tuple[Workload, ...]]:
        """The workloads of each component, by the component's identity."""
        found: dict[str, list[Workload]] = {}
        for workload in self.workloads:
            found.setdefault(self.component(workload), []).append(workload)
        return {name: tuple(workloads) for name, workloads in found.items()}

    @cached_property
    def pages(self) -> tuple[front_doors.Pages, ...]:
        """Every server that gives out a front end's pages."""
        return (*front_doors.pages(self), *front_doors.stock_pages(self))

    @cached_property
    def past(self) -> tuple[past_proxy.Past, ...]:
        """Every origin that a front end calls past the nginx of its own pages."""
        return tuple(past_proxy.past(self))

    # --- one workload ---

    def component(self, workload: Workload) -> str:
        """What a workload is an appearance of: its build, else its image, else its own name."""
        made = self.build_of(workload)
        if made is not None:
            return f"build {made.dockerfile} {made.context} {made.target or ''}".rstrip()
        if workload.image is not None:
            return f"image {tying.repository(workload.image.value)}"
        return f"{workload.deployment.name} {workload.name}"

    def concerned(self, reference: Reference, *workloads: Workload) -> frozenset[str]:
        """The workloads that a finding speaks of, by names that outlive an edit."""
        asker = (reference.workload,) if reference.workload else ()
        return self.called(*asker, *workloads)

    def name(self, workload: Workload) -> str:
        """What a workload is called; the name outlives an edit."""
        return f"{workload.deployment.name} {workload.name}"

    def called(self, *workloads: Workload) -> frozenset[str]:
        """What workloads are called."""
        return frozenset(self.name(w) for w in workloads)

    def knows(self, called: str) -> bool:
        """Whether it was certain what the workload of that name binds."""
        return any(self.name(w) == called and self.listening(w).known for w in self.workloads)

    def build_of(self, workload: Workload) -> Build | None:
        """What builds a workload's image, as far as something ties them."""
        if workload.build is not None:
            return workload.build if workload.build.known else None
        if workload.image is None:
            return None
        name = workload.image.value
        return self.ties.build(name) or tying.beside(self.untagged, name, workload.location.path)

    def image_of(self, build: Build) -> Image | None:
        """What a build makes."""
        if build not in self._images:
            self._images[build] = built_image(self.library, build)
        return self._images[build]

    def image(self, workload: Workload) -> Image | None:
        """The image that a workload runs, where the repository builds it."""
        made = self.build_of(workload)
        return None if made is None else self.image_of(made)

    def environment(self, workload: Workload) -> Environment:
        """All variables that a workload's process sees, the image's below the deployment's."""
        image = self.image(workload)
        base = image.environment if image else EMPTY
        return base.under(workload.environment)

    def entries(self, workload: Workload) -> entry_points.Entries:
        """What is missing of a workload's entry points; the one that fits is followed everywhere else."""
        if workload not in self._entries:
            self._entries[workload] = entry_points.entries(self, workload)
        return self._entries[workload]

    @cached_property
    def assumed(self) -> Mapping[str, Location]:
        """The files that are followed in the place of missing entry points, each with the word that names one."""
        missing = (m for w in self.running for m in self.entries(w).missing)
        words = ((m.fits.path, located(m.text)) for m in missing if m.fits is not None)
        return {path: word for path, word in words if word is not None}

    def started(self, workload: Workload) -> Started | None:
        """What a workload's command starts; None where an image hides the command."""
        if workload not in self._started:
            self._started[workload] = sources.started(self, workload)
        return self._started[workload]

    def started_from_copies(self, workload: Workload) -> Started | None:
        """What a command starts, where no other step of the build than a COPY touches the scripts that it runs."""
        if workload not in self._copied:
            self._copied[workload] = executed.started(self, workload)
        return self._copied[workload]

    def program_of(self, workload: Workload, process: Process) -> Program | None:
        """The Python program that a process runs, followed from its entry point."""
        key = (workload, process.words)
        if key not in self._programs:
            self._programs[key] = sources.program(self, workload, process)
        return self._programs[key]

    def spring(self, workload: Workload) -> tuple[Call, ...]:
        """Every address that a workload's Spring programs connect to by their own settings."""
        if workload not in self._spring:
            self._spring[workload] = spring_calls.calls(self, workload)
        return self._spring[workload]

    def programs(self, workload: Workload) -> tuple[Program, ...]:
        """Every Python program that a workload runs."""
        begun = self.started(workload)
        found = (self.program_of(workload, process) for process in begun.processes) if begun else ()
        return tuple(program for program in found if program is not None)

    @cached_property
    def unserved(self) -> tuple[probing.Unserved, ...]:
        """Every health check that asks for a path which its application has no route for."""
        return tuple(probing.unserved(self))

    @cached_property
    def starts(self) -> tuple[starting.Start, ...]:
        """Every Python program that the repository starts somewhere, those of no deployment by their entry point."""
        return starting.starts(self)

    def proxies(self, workload: Workload) -> tuple[NginxFacts, ...]:
        """The nginx configurations that a workload reads, where nginx is what it runs."""
        if workload not in self._proxies:
            nginx = proxies.runs_nginx(self, workload)
            self._proxies[workload] = proxies.configurations(self, workload) if nginx else ()
        return self._proxies[workload]

    def configs(self, workload: Workload, kind: str, name: str) -> tuple[KubeConfig, ...]:
        """The ConfigMaps or Secrets of a name that a workload's manifests come with."""
        for cluster in self.world.clusters:
            if cluster.deployment is workload.deployment:
                return tuple(c for c in cluster.configs if c.kind == kind and c.name == name)
        return ()

    def cluster(self, workload: Workload) -> Cluster | None:
        """The group of manifests that a container comes with."""
        return next((c for c in self.world.clusters if c.deployment is workload.deployment), None)

    def listening(self, workload: Workload) -> Listening:
        """What a workload binds."""
        if workload not in self._listening:
            self._listening[workload] = listening.of(self, workload)
        return self._listening[workload]

    def settled(self, workload: Workload) -> Listening:
        """What a workload binds once its deployment has set what it chooses (graph.authority)."""
        if workload not in self._settled:
            self._settled[workload] = authority.settled(self, workload)
        return self._settled[workload]

    @cached_property
    def served(self) -> Mapping[Workload, tuple[voices.Service, ...]]:
        """The Services that lead to each container."""
        return voices.served(self)

    @cached_property
    def referring(self) -> Mapping[Workload, tuple[tuple[int, Location], ...]]:
        """The ports at which others reach for each Compose service."""
        return voices.referring(self)

    # --- references ---

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Everything that must reach something, each written place once a workload."""
        found: list[Reference] = []
        for workload in self.workloads:
            environment = self.environment(workload)
            named = references.of_environment(workload, environment)
            named = spring_references.joined(self, workload, named)
            found += handed.joined(self, workload, named)
            found += sources.defaults(self, workload)
        for workload in self.running:
            found += proxying.references(self, workload)
        return tuple(found)

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        """Every connection that surely reaches a known data store."""
        return tuple(connections.connections(self))

    def resolve(self, reference: Reference) -> Reach:
        """What a reference's host is, where it is evaluated."""
        if reference not in self._reached:
            self._reached[reference] = self._resolve(reference)
        return self._reached[reference]

    def _resolve(self, reference: Reference) -> Reach:
        if reference.workload is None:
            return Reach(Reached.UNKNOWN)
        return self.resolve_host(reference.address.host.value, reference.workload)

    def resolve_host(self, host: str, asker: Workload) -> Reach:
        """What a host is to a workload."""
        if asker.deployment.platform is Platform.COMPOSE:
            return self.names.resolve(host, asker)
        if asker.deployment.platform is Platform.IMAGE:
            own = address.is_loopback(host)
            return Reach(Reached.SELF, (asker,)) if own else Reach(Reached.UNKNOWN)
        return self._resolve_in_cluster(host, asker)

    def _resolve_in_cluster(self, host: str, asker: Workload) -> Reach:
        cluster = self.cluster(asker)
        if cluster is None or asker.network_mode == "host" or host in asker.extra_hosts:
            return Reach(Reached.UNKNOWN)
        if address.is_loopback(host):
            return Reach(Reached.SELF, (asker,))
        found = kubernetes_names.resolve_host(host, asker.namespace or "", cluster, asker.location.path)
        if isinstance(found, kubernetes_names.Unresolved):
            missing = found is kubernetes_names.Unresolved.MISSING
            return Reach(Reached.MISSING if missing else Reached.UNKNOWN)
        return Reach(Reached.MET, kubernetes_names.selected(found, cluster), By.SERVICE, found)

    @cached_property
    def kafka_brokers(self) -> tuple[Broker, ...]:
        """Every Kafka broker whose listeners can be read."""
        return tuple(kafka_brokers.brokers(self))

    @cached_property
    def kafka(self) -> kafka.Kafka:
        """The Kafka brokers with their clients."""
        return kafka.kafka(self)

    def copies(self, workload: Workload, variable: str) -> tuple[Text, ...]:
        """Other places that give a workload's variable a value: defaults in its source and example lines."""
        return sources.copies(self, workload, variable)
