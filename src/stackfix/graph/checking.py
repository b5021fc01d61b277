"""An image against its own listener: what its EXPOSE and HEALTHCHECK say, by all who run the image's command.

May import the graph's nouns, voices and authority.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import authority, container, voices
from stackfix.graph.authority import Right
from stackfix.graph.model import Platform, Witness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Declaration, Listening, Probe, Workload

_CONFIGURATION = re.compile(r"(?:vite|vue|nuxt|astro|svelte|webpack|rsbuild|quasar)\.config\.[cm]?[jt]s|angular\.json")
"""What sets the port of a server for development. Next.js takes none from its own."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Everything that runs what one image starts: its own command first, then the deployments that keep it."""

    image: Image
    own: Workload
    deployed: tuple[Workload, ...]

    @property
    def all(self) -> tuple[Workload, ...]:
        """Its own command and the deployments."""
        return (self.own, *self.deployed)


@dataclass(frozen=True, slots=True)
class ImageCheck:
    """A HEALTHCHECK that nobody who has it answers. `inherited` are deployments that get it."""

    probe: Probe
    right: Right
    inherited: tuple[Location, ...]
    workloads: tuple[Workload, ...]


@dataclass(frozen=True, slots=True)
class Exposure:
    """An EXPOSE of a port that nobody who runs the image's command binds."""

    declaration: Declaration
    right: Right
    workloads: tuple[Workload, ...]


def runs(graph: Graph) -> Iterator[Runs]:
    """Every image that the repository builds, with who runs it."""
    for own in (*graph.own_commands, *graph.lone_commands):
        image = graph.image(own)
        if image is None:
            continue
        deployed = graph.components.get(graph.component(own), ())
        yield Runs(image, own, tuple(w for w in deployed if voices.keeps_command(w)))


def place(probe: Probe) -> Location:
    """Where a reader would edit a check: its port, else all of it."""
    return (located(probe.port_text) if probe.port_text is not None else None) or probe.location


# --- EXPOSE ----------------------------------------------------------------------------------------------------------


def exposures(graph: Graph) -> Iterator[Exposure]:
    """The EXPOSE words that differ from every listener, where all listeners are known.

    One word may stand in a stage that several images rest on: it is wrong only where it is wrong for each.
    """
    found: dict[Location, list[Exposure | None]] = {}
    for one in runs(graph):
        for declaration in one.image.exposes:
            if declaration.protocol == "tcp":
                found.setdefault(declaration.location, []).append(_exposure(graph, one, declaration))
    for verdicts in found.values():
        exposure = verdicts[0]
        if exposure is not None and all(v is not None and v.right.port == exposure.right.port for v in verdicts):
            yield exposure


def _exposure(graph: Graph, one: Runs, declaration: Declaration) -> Exposure | None:
    said = {d.port for d in one.image.exposes if d.protocol == "tcp"}
    right = _agreed(graph, one, declaration.port, said)
    return None if right is None else Exposure(declaration, right, one.all)


def _agreed(graph: Graph, one: Runs, asked: int, said: set[int]) -> Right | None:
    """What all who run the image agree on in place of a port that none of them has."""
    own = graph.listening(one.own)
    seen = [(w, graph.settled(w)) for w in one.deployed]
    if not own.known and (not seen or _is_hidden(graph, one.own)):
        return None
    if asked in own.ports or _is_told_elsewhere(graph, one, own) or not all(listening.known for _, listening in seen):
        return None
    if any(asked in listening.ports for _, listening in seen) or len(_unbound(said, own, seen)) != 1:
        return None
    wanted = {_main(graph, w, listening, said) for w, listening in seen} or {_main(graph, one.own, own, said)}
    port = wanted.pop() if len(wanted) == 1 else None
    if port is None or (not seen and _is_run_otherwise(graph, one, port)):
        return None
    return _by(graph, one, port)


def _is_told_elsewhere(graph: Graph, one: Runs, own: Listening) -> bool:
    """Whether a tool's default is taken for want of a configuration that the context has, and a mount may bring."""
    if not any(e.witness is Witness.TOOL for e in own.endpoints):
        return False
    held = set(container.files(graph, one.own).held().values())
    beside = graph.library.tree.directly_in(one.image.build.context)
    return any(_CONFIGURATION.fullmatch(posixpath.basename(p)) and p not in held for p in beside)


def _is_run_otherwise(graph: Graph, one: Runs, port: int) -> bool:
    """Whether what nobody is seen to deploy is run, by the name of its folder, on another port than its own command's.

    Which image that is, nobody can tell: a pipeline names it.
    """
    folder = posixpath.basename(posixpath.dirname(one.image.path))
    same = [
        w
        for w in graph.workloads
        if w.build is None and _squeezed(folder) and _squeezed(folder) in {_squeezed(n) for n in _names(w)}
    ]
    declared = {d.port for w in same for d in w.declarations if d.protocol == "tcp"}
    return bool(declared) and port not in declared


def _names(workload: Workload) -> tuple[str, ...]:
    image = workload.image.value if workload.image is not None else ""
    return workload.name.rpartition("/")[2], posixpath.basename(image).partition("@")[0].partition(":")[0]


def _squeezed(name: str) -> str:
    """A name without case and separators: `LabDesk` is `lab-desk`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _unbound(said: set[int], own: Listening, seen: Iterable[tuple[Workload, Listening]]) -> set[int]:
    return said - own.ports - {p for _, listening in seen for p in listening.ports}


def _is_hidden(graph: Graph, own: Workload) -> bool:
    """Whether it isn't merely a variable without a value that leaves an image's own command open."""
    begun = graph.started(own)
    return begun is None or not begun.known or not begun.processes


def _main(graph: Graph, workload: Workload, listening: Listening, said: set[int]) -> int | None:
    """The one port of a listener that EXPOSE doesn't say yet; of several the one that others speak of."""
    ports = {e.port for e in authority.sure(listening)} - said
    if len(ports) > 1:
        ports &= {v.port for v in voices.voices(graph, workload)}
    return ports.pop() if len(ports) == 1 else None


def _by(graph: Graph, one: Runs, port: int) -> Right:
    speakers = one.deployed or (one.own,)
    chosen = any(authority.choice(graph, w) for w in one.deployed)
    places = tuple(dict.fromkeys(p for w in speakers for p in authority.witnesses(graph, w, port)))
    listener = next((e for w in speakers for e in authority.sure(graph.settled(w)) if e.port == port), None)
    doubted = authority.doubts(graph, speakers[0], listener) if listener is not None else ()
    return Right(port, places, (), doubted, listener, chosen)


# --- HEALTHCHECK -----------------------------------------------------------------------------------------------------


def strays(graph: Graph) -> Iterator[ImageCheck]:
    """The HEALTHCHECKs on a port that neither the image's own command nor any deployment of it binds."""
    found: dict[Location, list[ImageCheck | None]] = {}
    for one in runs(graph):
        probe = one.image.healthcheck
        if probe is not None and probe.port is not None and voices.asks_itself(one.own, probe):
            found.setdefault(probe.location, []).append(_stray(graph, one, probe, probe.port))
    for verdicts in found.values():
        check = verdicts[0]
        if check is not None and all(v is not None and v.right.port == check.right.port for v in verdicts):
            yield check


def _stray(graph: Graph, one: Runs, probe: Probe, asked: int) -> ImageCheck | None:
    users = tuple(w for w in graph.components.get(graph.component(one.own), ()) if _inherits(w))
    if any(not graph.settled(w).known or asked in graph.settled(w).ports for w in users):
        return None
    keeping = replace(one, deployed=tuple(w for w in one.deployed if _inherits(w)))
    right = _agreed(graph, keeping, asked, {asked})
    if right is None:
        return None
    inherited = tuple(Location(w.location.path, w.location.span, f"{w.name} has the check too") for w in users)
    return ImageCheck(probe, right, inherited, (one.own, *users))


def _inherits(workload: Workload) -> bool:
    """Whether the image's HEALTHCHECK counts: Kubernetes takes none, and Compose may have its own."""
    if workload.deployment.platform is not Platform.COMPOSE:
        return False
    return not workload.probes and not workload.healthcheck_disabled
