"""Variables of a listener that a deployment should set: the port that it declares, a host that others can reach.

May import findings, repairs, the graph's nouns and authority.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Location, Remedy, located
from stackfix.graph import authority, scripts, voices
from stackfix.graph.model import Platform, Witness
from stackfix.repairs.add_variable import AddVariable
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor
    from stackfix.graph.authority import Choice
    from stackfix.graph.image import Image
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Endpoint, Workload
    from stackfix.graph.value import Variable

EVERY = "0.0.0.0"  # noqa: S104 - what a container's process binds to be reached


_PLATFORM = re.compile(rb"\b(?:gcloud\s+(?:beta\s+)?run\s+deploy|az\s+containerapp|fly(?:ctl)?\s+(?:launch|deploy))\b")
"""Commands that run an image where no file of the repository says how."""
_BLUEPRINTS = ("render.yaml", "fly.toml", "railway.json", "railway.toml", "heroku.yml")
"""What platforms that build images themselves are told by."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A variable that isn't set: what comes of it in a sentence, and where it would be set."""

    workload: Workload
    variable: str
    message: str
    location: Location
    anchor: Anchor
    evidence: tuple[Location, ...]
    remedy: Remedy


def lacks(graph: Graph, workload: Workload) -> Iterator[Lack]:
    """The port's variable, then the host's."""
    chosen = None
    if workload.deployment.platform is not Platform.IMAGE:
        chosen = authority.choice(graph, workload) if graph.listening(workload).known else None
        if chosen is not None:
            yield _port(graph, workload, chosen)
    for endpoint in authority.sure(graph.settled(workload)):
        if (lack := _host(graph, workload, endpoint)) is not None:
            yield lack
            return


# --- the port --------------------------------------------------------------------------------------------------------


def _port(graph: Graph, workload: Workload, chosen: Choice) -> Lack:
    bound = chosen.endpoint
    default = located(bound.port_text, f"{chosen.variable} is {bound.port} without it") if bound.port_text else None
    given = graph.environment(workload).get(chosen.variable)
    value = _value(given, bound, chosen.port)
    remedy = Remedy(
        Applicability.SAFE,
        f"set {chosen.variable} to {value}",
        (AddVariable(workload.anchor, chosen.variable, value),),
    )
    location, anchor = workload.location, workload.anchor
    if (
        bound.witness is Witness.IMAGE
        and bound.port_text is not None
        and default
        and _all_want(graph, workload, chosen)
    ):
        remedy = Remedy(
            Applicability.SAFE, f"let the image set {chosen.variable} to {value}",
            (SetText(bound.port_text, str(chosen.port)),),
        )  # fmt: skip
        location, anchor = default, given.anchor if given else anchor
    evidence = (*chosen.witnesses, *((default,) if default and default != location else ()))
    message = (
        f"{workload.name} binds {bound.port}, since {chosen.variable} is not set;"
        f" {chosen.port} is what its deployment has"
    )
    return Lack(workload, chosen.variable, message, location, anchor, evidence, remedy)


def _value(given: Variable | None, bound: Endpoint, port: int) -> str:
    """What a variable is to be for a port: the number, or all that the image gives it (a URL) with the number in it."""
    text, old = given.value if given is not None else None, bound.port_text
    if text is None or old is None or old.place is None:
        return str(port)
    at = next((i for i in range(len(text)) if text.slice(i, i + len(old)).place == old.place), None)
    return str(port) if at is None else f"{text.value[:at]}{port}{text.value[at + len(old) :]}"


def _all_want(graph: Graph, workload: Workload, chosen: Choice) -> bool:
    """Whether every deployment of an image wants the one port of the variable that the image itself sets.

    A platform that a script deploys to with the image's port is one that doesn't, nor is one that builds the image.
    """
    image = graph.image(workload)
    if _is_deployed(graph.library, chosen.endpoint.port) or (image is not None and _is_built(graph.library, image)):
        return False
    for other in graph.components.get(graph.component(workload), ()):
        found = authority.choice(graph, other) if graph.listening(other).known else None
        if found is None or (found.variable, found.port) != (chosen.variable, chosen.port):
            return False
    return True


def _is_deployed(library: Library, port: int) -> bool:
    """Whether a script or workflow tells a platform to reach a container at a port: where it does so isn't known."""
    told = re.compile(rb"--(?:target-|container-)?port[ \t=]+[\"']?%d(?!\d)" % port)
    return any(told.search(data) and _PLATFORM.search(data) for data in scripts.said(library))


def _is_built(library: Library, image: Image) -> bool:
    """Whether a platform's own file stands beside the Dockerfile, or names it."""
    for path in (path for name in _BLUEPRINTS for path in library.tree.named(name)):
        folders = (posixpath.dirname(image.path), image.build.context)
        if posixpath.dirname(path) in folders or image.path.encode() in (library.sources.read(path) or b""):
            return True
    return False


# --- the host --------------------------------------------------------------------------------------------------------


def _host(graph: Graph, workload: Workload, endpoint: Endpoint) -> Lack | None:
    name = endpoint.host_variable
    if not is_default_host(workload, endpoint) or name is None or endpoint.host_text is None:
        return None
    asked = asking(graph, workload, endpoint)
    if not asked or has_other_way_in(graph, workload, endpoint) or not is_first(graph, workload):
        return None
    default = located(endpoint.host_text, f"{name} is {endpoint.host} without it")
    return Lack(
        workload,
        name,
        f"{workload.name} can be reached by its own container alone: {name} is not set, and without it {endpoint.host}",
        workload.location,
        workload.anchor,
        (*asked, *((default,) if default else ())),
        Remedy(Applicability.SAFE, f"set {name} to {EVERY}", (AddVariable(workload.anchor, name, EVERY),)),
    )


def asking(graph: Graph, workload: Workload, endpoint: Endpoint) -> tuple[Location, ...]:
    """The places that have somebody from outside reach a listener; those that miss it, where it is the only one."""
    bound = {e.port for e in authority.sure(graph.settled(workload))}
    spoken = [v for v in voices.voices(graph, workload) if v.outside]
    return tuple(v.location for v in spoken if v.port == endpoint.port or (len(bound) == 1 and v.port not in bound))


def is_default_host(workload: Workload, endpoint: Endpoint) -> bool:
    """Whether a loopback host is the source's default for a variable that the deployment may set."""
    name = endpoint.host_variable
    if not endpoint.loopback or name is None or endpoint.host_text is None:
        return False
    return workload.environment.get(name) is None and endpoint.witness is not Witness.TOOL


def has_other_way_in(graph: Graph, workload: Workload, endpoint: Endpoint) -> bool:
    """Whether another listener answers outsiders on the same port."""
    group = voices.sharing(workload)
    if group is None:
        return True
    return any(e.port == endpoint.port and not e.loopback for other in group for e in graph.settled(other).endpoints)


def is_first(graph: Graph, workload: Workload) -> bool:
    """Whether a workload speaks for itself: an image's own command only where no deployment runs the image."""
    if workload.deployment.platform is not Platform.IMAGE:
        return True
    return graph.component(workload) not in graph.components
