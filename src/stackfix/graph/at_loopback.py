"""Connections from inside a container to localhost that a sibling was meant by, and how each is put right.

May import repairs, the graph's nouns and queries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import (
    address,
    calling,
    default_logins,
    environment,
    host_runs,
    kinship,
    kubernetes_names,
    listening,
    voices,
)
from stackfix.graph.kubernetes_cluster import same_namespace
from stackfix.graph.model import Place, Platform
from stackfix.graph.references import place_of
from stackfix.graph.value import Environment, Origin
from stackfix.repairs.add_variable import AddVariable
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Location, Repair
    from stackfix.graph.calling import Opened
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.value import Use
    from stackfix.spans import Span
    from stackfix.text import Text

_WEB = frozenset({"http", "https", "ws", "wss"})


class Given(Enum):
    """Who says where to."""

    VARIABLE = "a value that the deployment gives"
    DEFAULT = "a default of the source"
    LITERAL = "the source itself"


@dataclass(frozen=True, slots=True)
class Sibling:
    """What was meant: its name on the network, its port there, and where it stands.

    Not `sure`: that it binds the port is known of its image alone, and its settings may say otherwise.
    """

    name: str
    port: int
    location: Location
    workload: Workload
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Astray:
    """A connection that never leaves its container. `siblings` are those that fit.

    `variable` says where to, if one does. `repairs` are empty where a person must decide; `doubtful`: the same source
    is started on the host, as somebody is told to do, or as a port shows that is there on the host alone; or other
    programs that share it are given the variable, and this one may do without. `refused`: the login of the source's
    defaults isn't what the sibling is created with.
    """

    opened: Opened
    given: Given
    variable: str | None
    siblings: tuple[Sibling, ...]
    repairs: tuple[Repair, ...]
    doubtful: bool = False
    refused: bool = False


def astray(graph: Graph) -> Iterator[Astray]:
    """Every such connection, each written place or variable once a workload."""
    for workload in graph.workloads:
        if workload.deployment.fragment:
            continue
        told: set[str] = set()
        for one in calling.opened(graph, workload):
            if not address.is_loopback(one.address.host.value) or one.port is None:
                continue
            found = _judged(graph, one)
            key = "" if found is None else found.variable or f"{found.opened.address.host.place}"
            if found is not None and key not in told:
                told.add(key)
                yield found


def _judged(graph: Graph, one: Opened) -> Astray | None:
    group = voices.sharing(one.workload)
    assert one.port is not None
    if group is None or not all(calling.without(graph, w, one.port) for w in group):
        return None
    found = siblings(graph, one, group)
    given, use = _said(one, one.address.host)
    variable = use.hole.name if use is not None else None
    if given is not Given.VARIABLE and not one.imported:
        return None
    if not found or (variable is not None and not _evaluated_here(variable, one)):
        return None
    if use is not None and use.variable is not None and _is_example(use.variable.value, one.address.host):
        return None
    repairs = _repairs(one, found[0]) if len(found) == 1 else ()
    abroad = any(s.port != one.port for s in found)
    doubtful = given is Given.LITERAL and (abroad or host_runs.started(graph.library, one.entry))
    if given is Given.DEFAULT and variable is not None:
        doubtful = _given_to_others(graph, one, variable)
    doubtful |= not one.sure or not all(sibling.sure for sibling in found)
    refused = given is Given.DEFAULT and len(found) == 1 and default_logins.refused(graph, one, found[0].workload)
    return Astray(one, given, variable, found, () if refused else repairs, doubtful, refused)


def _given_to_others(graph: Graph, one: Opened, variable: str) -> bool:
    """Whether other programs made of the same source are told where to: this one may never come to ask."""
    return not one.certain and any(
        other.location == one.location and other.entry != one.entry and workload.environment.get(variable) is not None
        for workload in one.workload.deployment.workloads
        if workload != one.workload
        for other in calling.opened(graph, workload)
    )


def _evaluated_here(variable: str, one: Opened) -> bool:
    return place_of(variable, one.workload, one.address.scheme) in {Place.CONTAINER, Place.POD}


def _is_example(value: Text | None, host: Text) -> bool:
    """Whether a host comes of an example file: what the live one says is unknown."""
    return value is not None and host.place is not None and environment.is_example(host.place[0])


# --- who was meant ---------------------------------------------------------------------------------------------------


def siblings(graph: Graph, one: Opened, group: Iterable[Workload]) -> tuple[Sibling, ...]:
    """The components of the same deployment that answer on the port: those that publish it before all others."""
    if one.workload.deployment.platform is Platform.KUBERNETES:
        return tuple(_services(graph, one, frozenset(group)))
    assert one.port is not None
    others = [w for w in graph.names.neighbours(one.workload) if w not in set(group) and _fits(w, one)]
    own = [w for w in others if w.deployment is one.workload.deployment]
    published = tuple(s for w in own if (s := _published(graph, w, one.port)) is not None)
    binding = tuple(Sibling(w.name, one.port, w.location, w) for w in own if listening.answers(graph, w, one.port))
    return published or binding or tuple(_by_image(graph, own, one.port))


def _by_image(graph: Graph, own: Iterable[Workload], port: int) -> Iterator[Sibling]:
    """Those whose public image binds the port as it comes, where something unseen or unread may say otherwise."""
    for workload in own:
        comes = listening.as_it_comes(graph, workload)
        if comes is not None and comes[0] == port:
            yield Sibling(workload.name, port, workload.location, workload, comes[1])


def _published(graph: Graph, workload: Workload, port: int) -> Sibling | None:
    bound = graph.settled(workload)
    inside = {d.port: d for d in workload.declarations if d.published == port and d.protocol == "tcp"}
    fitting = [d for number, d in inside.items() if not bound.known or number in bound.ports]
    if len(fitting) != 1:
        return None
    place = located(fitting[0].port_text, f"{workload.name} answers here")
    return Sibling(workload.name, fitting[0].port, place or workload.location, workload)


def _services(graph: Graph, one: Opened, group: frozenset[Workload]) -> Iterator[Sibling]:
    cluster = graph.cluster(one.workload)
    for service in cluster.services if cluster is not None else ():
        if service.headless or service.external_name or cluster is None:
            continue
        pods = kubernetes_names.selected(service, cluster)
        same = same_namespace(service.namespace, one.workload.namespace or "")
        if same and pods and group.isdisjoint(pods) and all(_fits(w, one) for w in pods):
            for port in service.ports:
                if port.port == one.port:
                    place = located(port.port_text, f"{service.name.value} answers here")
                    yield Sibling(service.name.value, port.port, place or service.location, pods[0])


def _fits(workload: Workload, one: Opened) -> bool:
    """Whether a component may speak what the connection speaks."""
    runs = kinship.engine(workload.image.value if workload.image else None)
    if one.engine is not None:
        return runs in {None, one.engine}
    return runs is None or one.address.scheme not in _WEB


# --- how it is put right ---------------------------------------------------------------------------------------------


def _said(one: Opened, part: Text) -> tuple[Given, Use | None]:
    """Who says a part of the address: the outermost variable that it came through, else the source."""
    place = part.place
    for use in one.uses:
        if use.variable is not None:
            if use.variable.value is not None and _holds(use.variable.value, place):
                return Given.VARIABLE, use
        elif use.hole.default is not None:
            text = _default(use)
            if text is not None and _holds(text, place):
                return Given.DEFAULT, use
    return Given.LITERAL, None


def _holds(text: Text, place: tuple[str, Span] | None) -> bool:
    return place is not None and any(p.path == place[0] and p.span.contains(place[1]) for p in text.pieces)


def _default(use: Use) -> Text | None:
    if use.hole.default is None:
        return None
    value = use.hole.default.fill(Environment())
    return value.text if value is not None else None


def _repairs(one: Opened, sibling: Sibling) -> tuple[Repair, ...]:
    """The repairs, none where any part can't be put right."""
    sets: list[Repair] = []
    given: dict[str, str] = {}
    changes = _changes(one, sibling)
    whole = _together(one, tuple(part for part, _ in changes))
    for part, new in changes:
        said, use = (Given.DEFAULT, whole) if whole is not None else _said(one, part)
        if use is None or (said is Given.VARIABLE and not _apart(one, use)):
            sets.append(SetText(part, new))
            continue
        base = use.variable.value if use.variable is not None else _default(use)
        if base is None or not _settable(one, use):
            return ()
        given[use.hole.name] = _replaced(base, given.get(use.hole.name, base.value), part, new)
    return (*sets, *(AddVariable(one.workload.anchor, name, value) for name, value in given.items()))


def _together(one: Opened, parts: tuple[Text, ...]) -> Use | None:
    """The default that holds all that changes, where smaller ones hold the parts: `${HOST:a}` within a whole URL."""
    said = [_said(one, part) for part in parts]
    if any(given is not Given.DEFAULT for given, _ in said):
        return None
    texts = ((use, _default(use)) for _, use in said if use is not None)
    return next((u for u, t in texts if t is not None and all(_holds(t, part.place) for part in parts)), None)


def _changes(one: Opened, sibling: Sibling) -> tuple[tuple[Text, str], ...]:
    """The parts of the address to change, and to what."""
    found, same = one.address, sibling.port == one.port
    if found.host.place is None or (found.port_text is not None and found.port_text.place is None and not same):
        return ()
    if same or found.port_text is not None:
        ports = () if same or found.port_text is None else ((found.port_text, str(sibling.port)),)
        return ((found.host, sibling.name), *ports)
    return ((found.host, f"{sibling.name}:{sibling.port}"),) if found.scheme is not None else ()


def _settable(one: Opened, use: Use) -> bool:
    """Whether the deployment can be given the variable: nothing there but a file says what it is."""
    given = one.workload.environment.get(use.hole.name)
    if use.hole.name in one.fixed or (given is None and _is_misspelled(one.workload.environment, use.hole.name)):
        return False
    return given is None or given.origin is Origin.ENV_FILE


def _is_misspelled(given: Environment, name: str) -> bool:
    """Whether a variable of nearly that name is given: it may be meant, and a second one would stand beside it."""
    words = {re.sub(r"[\W_]", "", other) for other in given.variables if re.search(r"\W", other)}
    return re.sub(r"[\W_]", "", name) in words


def _apart(one: Opened, use: Use) -> bool:
    """Whether the deployment must be given a value of its own: what gives it now serves others, too.

    The image may run elsewhere, and a `.env` file that the source itself looks into serves a run on the host.
    """
    assert use.variable is not None
    if use.variable.origin is Origin.IMAGE:
        return True
    place = one.address.host.place
    return one.dotenv and place is not None and environment.is_dotenv(place[0])


def _replaced(base: Text, value: str, part: Text, new: str) -> str:
    """A whole value with one part of it changed; the part stands as far from the end as it did."""
    starts = range(len(base) - len(part) + 1)
    at = next((i for i in starts if base.slice(i, i + len(part)).place == part.place), None)
    if at is None:
        return value
    shift = len(value) - len(base)
    begin = at if value[: at + len(part)] == base.value[: at + len(part)] else at + shift
    return value[:begin] + new + value[begin + len(part) :]


def shared(graph: Graph, found: Astray, all_found: Iterable[Astray]) -> bool:
    """Whether others read what the repair would change, and it isn't theirs: it may be right for them."""
    place = found.opened.address.host.place
    agreeing = {
        a.opened.workload
        for a in all_found
        if a.opened.address.host.place == place and [s.name for s in a.siblings] == [s.name for s in found.siblings]
    }
    if found.given is Given.LITERAL:
        readers = {w for w in graph.workloads for o in calling.opened(graph, w) if o.address.host.place == place}
    else:
        readers = {w for w in graph.workloads if _reads(w, place)}
        readers = {w for w in readers if voices.sharing(w) is None}
    return bool(readers - agreeing)


def _reads(workload: Workload, place: tuple[str, Span] | None) -> bool:
    return any(v.value is not None and _holds(v.value, place) for v in workload.environment.variables.values())
