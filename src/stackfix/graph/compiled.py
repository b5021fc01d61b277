"""What a Go or Rust program binds that an image builds from the repository, followed from the step that compiles it.

May import the graph's nouns, the readers of Go and Rust, and framework.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.findings import Location
from stackfix.graph import framework, go_builds, go_listens, started
from stackfix.graph.command import literal, parted
from stackfix.graph.model import NOTHING_KNOWN, Endpoint, Listening, Witness
from stackfix.graph.started import Bind, Listens
from stackfix.graph.value import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process

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
        return _opened(found, begun) if found is not None else None
    return _rust(graph, image, posixpath.basename(name), begun)


def _opened(addresses: tuple[Template, ...], begun: Process) -> Listening:
    """The listeners in the environment that the process sees."""
    endpoints = [_endpoint(address, begun) for address in addresses]
    if any(endpoint is None for endpoint in endpoints):
        return NOTHING_KNOWN
    return Listening(tuple(dict.fromkeys(e for e in endpoints if e is not None)), known=True)


def _endpoint(address: Template, begun: Process) -> Endpoint | None:
    pair = parted(address, ":")
    if pair is None:
        # A variable that holds the whole address (`ADDR=:8080`): no port could be put in its place.
        value = address.fill(begun.environment)
        pair = parted(Template.literal(value.text), ":") if value is not None else None
    if pair is None:
        return None
    host = pair[0] if pair[0].text is None or pair[0].text.value else None
    return started.endpoint(Bind(pair[1], host, witness=Witness.SOURCE), begun, begun.environment)


# --- Rust ------------------------------------------------------------------------------------------------------------


def _rust(graph: Graph, image: Image, name: str, begun: Process) -> Listening | None:
    if not _is_built(image, name):
        return None
    # A manifest that the context lacks has no source below it, and gives no listener.
    found = framework.literal_listener(graph.library, image.build.context)
    if found is None:
        return None
    place = Location(found.location.path, found.location.span, f"{name} binds {found.port}")
    endpoint = Endpoint(
        found.port,
        Witness.SOURCE,
        found.port_text,
        found.host or None,
        evidence=(*begun.evidence, place),
        anchor=begun.anchor,
    )
    return Listening((endpoint,), known=True)


def _is_built(image: Image, name: str) -> bool:
    """Whether a step of the Dockerfile makes a program of that name from the one crate at the context's root."""
    steps = [i.rest.value for stage in image.document.stages for i in stage.instructions if i.name == "RUN"]
    if len([step for step in steps if _CARGO.search(step)]) != 1 or not _copies_manifest(image):
        return False
    return any(_from_target(source, name) for source in _taken(image))


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
