"""What a Go or Rust program binds that an image builds from the repository, followed from the step that compiles it.

May import the graph's nouns and the readers of Go and Rust.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Location
from stackfix.graph import go_builds, go_listens, go_routing, managed_sockets, rust_listening, rust_routing, started
from stackfix.graph.command import literal, parted
from stackfix.graph.image_files import Found
from stackfix.graph.model import NOTHING_KNOWN, Listening, Witness
from stackfix.graph.started import Bind, Listens
from stackfix.graph.value import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Endpoint, Workload
    from stackfix.graph.python_routing import Routing
    from stackfix.graph.started import Process
    from stackfix.graph.value import Environment

_PLAIN_BASES = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?:scratch|alpine|debian|ubuntu|busybox|eclipse-temurin|amazoncorretto|openjdk|golang|rust)(?::|@|$)"
    r"|(?:gcr\.io/distroless|mcr\.microsoft\.com/(?:dotnet|openjdk)|cgr\.dev/chainguard|bellsoft/liberica)[\w./-]*(?::|@|$)"
)
_CARGO = re.compile(r"\bcargo\s+(?:\S+\s+)?build\b")


def listening(graph: Graph, workload: Workload, begun: Process) -> Listening | None:
    """What a compiled program binds that is started without arguments; None where it isn't certain to be one."""
    image = graph.image(workload)
    if image is None or begun.listens is not Listens.UNKNOWN or len(begun.words) != 1:
        return None
    name = literal(begun.words[0])
    if not name:
        return None
    made = go_builds.program(graph, image, name, begun.folder)
    if made is not None:
        found = go_listens.addresses(graph.library, made.module, made.package)
        return _opened(found, begun, environment_of(workload, image, begun)) if found is not None else None
    return _rust(graph, image, name, begun, environment_of(workload, image, begun))


def routing(graph: Graph, workload: Workload) -> Routing | None:
    """What the one Go program serves that a workload runs, or the WebSockets of another; None where nothing is seen."""
    image, begun = graph.image(workload), graph.started(workload)
    if image is None or begun is None or not begun.known or len(begun.processes) != 1:
        return None
    process = begun.processes[0]
    name = literal(process.words[0]) if process.words else None
    made = go_builds.program(graph, image, name, process.folder) if name else None
    if made is not None:
        return go_routing.routing(graph.library, made.module, made.package)
    built = name is not None and process.listens is Listens.UNKNOWN and _is_built(image, posixpath.basename(name), name)
    if built:
        return rust_routing.routing(graph.library, image.build.context)
    return managed_sockets.routing(graph, workload, image, process)


def environment_of(workload: Workload, image: Image, begun: Process) -> Environment:
    """What the program sees; images that are known to set nothing of an application's leave nothing open."""
    name = image.base_name.value if image.base_name is not None else ""
    plain = _PLAIN_BASES.match(name) is not None and workload.environment.complete
    return replace(begun.environment, complete=begun.environment.complete or plain)


def _opened(addresses: tuple[Template, ...], begun: Process, seen: Environment) -> Listening:
    """The listeners in the environment that the process sees."""
    endpoints = [_endpoint(address, begun, seen) for address in addresses]
    if any(endpoint is None for endpoint in endpoints):
        return NOTHING_KNOWN
    return Listening(tuple(dict.fromkeys(e for e in endpoints if e is not None)), known=True)


def _endpoint(address: Template, begun: Process, seen: Environment) -> Endpoint | None:
    pair = parted(address, ":")
    if pair is None:
        # A variable that holds the whole address (`ADDR=:8080`): no port could be put in its place.
        value = address.fill(seen)
        pair = parted(Template.literal(value.text), ":") if value is not None else None
    if pair is None:
        return None
    host = pair[0] if pair[0].text is None or pair[0].text.value else None
    return started.endpoint(Bind(pair[1], host, witness=Witness.SOURCE), begun, seen)


# --- Rust ------------------------------------------------------------------------------------------------------------


def _rust(graph: Graph, image: Image, word: str, begun: Process, seen: Environment) -> Listening | None:
    name = posixpath.basename(word)
    if not _is_built(image, name, word):
        return None
    # A manifest that the context lacks has no source below it, and gives no listener.
    sites = rust_listening.sites(graph.library, image.build.context)
    if not sites or any(site.address is None for site in sites):
        return None
    if len(sites) > 1 and not all(site.starts for site in sites):
        return None
    addresses = [_of_rocket(graph, image, begun) if s.address is rust_listening.ROCKET else s.address for s in sites]
    if any(address is None for address in addresses):
        return None
    found = [_endpoint(address, begun, seen) for address in addresses if address is not None]
    certain = tuple(
        replace(e, evidence=(*e.evidence, Location(s.location.path, s.location.span, f"{name} binds {e.port}")))
        for e, s in zip(found, sites, strict=True)
        if e is not None
    )
    return Listening(certain, known=True) if len(certain) == len(sites) else NOTHING_KNOWN


def _of_rocket(graph: Graph, image: Image, begun: Process) -> Template | None:
    """What Rocket binds with the file that it looks for in its working folder; None where that may be anything."""
    if any(begun.environment.get(name) is not None for name in ("ROCKET_CONFIG", "ROCKET_PROFILE")):
        return None
    path = image.files.lookup(posixpath.join(begun.folder or "/", "Rocket.toml"))
    if isinstance(path, str):
        return graph.library.get(path, rust_listening.rocket)
    absent = path is Found.ABSENT or not graph.library.tree.named("Rocket.toml")
    return rust_listening.ROCKET if absent else None


def _is_built(image: Image, name: str, word: str) -> bool:
    """Whether a step of the Dockerfile makes a program of that name from the one crate at the context's root.

    It is taken from the stage that compiles it, or started by its path where that has left it.
    """
    steps = [i.rest.value for stage in image.document.stages for i in stage.instructions if i.name == "RUN"]
    if len([step for step in steps if _CARGO.search(step)]) != 1 or not _copies_manifest(image):
        return False
    return _from_target(word, name) or any(_from_target(source, name) for source in _taken(image))


def _copies_manifest(image: Image) -> bool:
    """Whether a stage copies the manifest from the context's root."""
    copies = (i for s in image.document.stages for i in s.instructions if i.name in {"COPY", "ADD"})
    words = (posixpath.normpath(w.value.lstrip("/") or ".") for c in copies if not c.flag("from") for w in c.words[:-1])
    return any(word == "." or fnmatch.fnmatch("Cargo.toml", word) for word in words)


def _taken(image: Image) -> Iterator[str]:
    """What the image takes from other stages."""
    for copying in image.copies:
        if copying.instruction.flag("from") is not None:
            yield from (value.text.value for _, value in copying.sources if value is not None)


def _from_target(source: str, name: str) -> bool:
    return "/target/" in f"/{source}" and posixpath.basename(source) == name
