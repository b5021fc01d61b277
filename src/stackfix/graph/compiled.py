"""What a Go or Rust program binds that an image builds from the repository: only a port that its source writes out.

May import the graph's nouns and framework.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.findings import Location
from stackfix.graph import framework
from stackfix.graph.command import literal
from stackfix.graph.model import Endpoint, Listening, Witness
from stackfix.graph.started import Listens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process

_BUILDS = {"go.mod": re.compile(r"\bgo\s+build\b"), "Cargo.toml": re.compile(r"\bcargo\s+(?:\S+\s+)?build\b")}


def listening(graph: Graph, workload: Workload, begun: Process) -> Listening | None:
    """The one port of a compiled program that is started without arguments; None where it isn't certain to be one."""
    image = graph.image(workload)
    if image is None or begun.listens is not Listens.UNKNOWN or len(begun.words) != 1:
        return None
    name = posixpath.basename(literal(begun.words[0]) or "")
    if not name or not _is_built(image, name):
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
    """Whether a step of the Dockerfile makes a program of that name from the one module at the context's root."""
    here = [m for m in _BUILDS if m in set(_manifests(image))]
    steps = [i.rest.value for stage in image.document.stages for i in stage.instructions if i.name == "RUN"]
    for manifest in here:
        building = [step for step in steps if _BUILDS[manifest].search(step)]
        if len(building) != 1:
            continue
        made = re.search(rf"-o[ =]?\S*?(?<![\w-]){re.escape(name)}(?![\w.-])", building[0])
        if manifest == "go.mod" and made is not None:
            return True
        if manifest == "Cargo.toml" and any(_from_target(source, name) for source in _taken(image)):
            return True
    return False


def _manifests(image: Image) -> Iterator[str]:
    """The manifests that the Dockerfile's stages copy from the context's root."""
    copies = (i for s in image.document.stages for i in s.instructions if i.name in {"COPY", "ADD"})
    for word in (w for copy in copies if copy.flag("from") is None for w in copy.words[:-1]):
        inside = posixpath.normpath(word.value.lstrip("/") or ".")
        for manifest in _BUILDS:
            if inside == "." or fnmatch.fnmatch(manifest, inside):
                yield manifest


def _taken(image: Image) -> Iterator[str]:
    """What the image takes from other stages."""
    for copying in image.copies:
        if copying.instruction.flag("from") is not None:
            yield from (value.text.value for _, value in copying.sources if value is not None)


def _from_target(source: str, name: str) -> bool:
    return "/target/" in f"/{source}" and posixpath.basename(source) == name
