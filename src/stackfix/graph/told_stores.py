"""Connection strings that tell a Compose service to find a data store in its own container.

Who reads the variable isn't seen here, and needn't be: no browser and no link speaks the protocol of a store, and an
image that may hold one, or a way to one, is left alone. May import the graph's nouns and queries.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import address, container, kinship, listening, voices
from stackfix.graph.model import Place, Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload
    from stackfix.spans import Span

_SERVERS = re.compile(
    r"postgresql|mysqld|mysql-server|mariadb-server|redis-server|valkey-server|mongod\b|mongodb-org|rabbitmq-server"
    r"|nats-server|neo4j|clickhouse-server|memcached|mssql-server"
    r"|cloud[-_]sql|pgbouncer|pgpool|stunnel|socat|haproxy|envoy|twemproxy|proxysql|autossh|\bssh\b[^\n]*\s-\w*L"
)
"""What an image installs or starts that answers as a store in the same container, or leads to one."""
_STARTS = re.compile(r"\.sh$|entrypoint|supervisor|(?:^|/)Procfile$|s6|runit")


@dataclass(frozen=True, slots=True)
class Astray:
    """A variable's address that stays in its own container, and the store beside it that has the port.

    `port` is the store's own, inside the network.
    """

    reference: Reference
    sibling: Workload
    port: int


def astray(graph: Graph) -> Iterator[Astray]:
    """Every such variable of a Compose file."""
    for reference in graph.references:
        user = reference.workload
        if user is None or user.deployment.platform is not Platform.COMPOSE or user.deployment.fragment:
            continue
        engine = kinship.protocol(reference.address.scheme)
        if engine is None or not _stays(graph, reference, user) or _may_serve(graph, user):
            continue
        found = tuple(_siblings(graph, reference, user, engine))
        awaited = {wait.name.value for wait in user.waits}
        fitting = found if len(found) == 1 else tuple(one for one in found if one.sibling.name in awaited)
        if len(fitting) == 1:
            yield fitting[0]


def _stays(graph: Graph, reference: Reference, user: Workload) -> bool:
    """Whether a variable that the Compose file itself writes out leads to the container itself."""
    host, port = reference.address.host, reference.address.port
    if reference.variable is None or port is None or not address.is_loopback(host.value):
        return False
    here = host.place is not None and host.place[0] in user.deployment.paths and not _is_default(graph, *host.place)
    return here and reference.place is Place.CONTAINER and voices.sharing(user) == (user,)


def _is_default(graph: Graph, path: str, span: Span) -> bool:
    """Whether a host is what another variable falls back to: what is given instead is unknown."""
    data = graph.library.sources.read(path) or b""
    before = data[: span.start].rpartition(b"\n")[2]
    return before.rfind(b"${") > before.rfind(b"}")


def _may_serve(graph: Graph, user: Workload) -> bool:
    """Whether a store, or a way to one, may be in the container itself: only a built image on a known base has none."""
    image = graph.image(user)
    if image is None or image.base is None or not image.base.lacks or user.network_mode is not None:
        return True
    steps = "\n".join(i.rest.value for stage in image.played for i in stage.instructions if i.name == "RUN")
    name = image.base_name.value if image.base_name is not None else ""
    if _SERVERS.search(steps) or kinship.engine(name) is not None:
        return True
    held = container.files(graph, user).held().items()
    starting = (graph.library.text(path) for place, path in held if _STARTS.search(posixpath.basename(place)))
    return any(text is not None and _SERVERS.search(text.value) for text in starting)


def _siblings(graph: Graph, reference: Reference, user: Workload, engine: str) -> Iterator[Astray]:
    for other in graph.names.neighbours(user):
        if other is user or other.deployment is not user.deployment or other.image is None:
            continue
        port = _port(graph, other, reference.address.port) if kinship.engine(other.image.value) == engine else None
        if port is not None:
            yield Astray(reference, other, port)


def _port(graph: Graph, store: Workload, asked: int | None) -> int | None:
    """The port inside the network at which a store answers what asks for `asked` on its host."""
    published = {d.port for d in store.declarations if d.published == asked and d.protocol == "tcp"}
    if published:
        return next(iter(published)) if len(published) == 1 else None
    comes = listening.as_it_comes(graph, store)
    binds = asked is not None and listening.answers(graph, store, asked)
    return asked if binds or (comes is not None and comes[0] == asked) else None
