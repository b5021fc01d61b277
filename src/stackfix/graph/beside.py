"""A proxy's address on its own machine, where nobody answers: who runs beside it, in its container or its pod.

May import the graph's nouns, meeting and voices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.graph import authority, voices
from stackfix.graph.meeting import Answer
from stackfix.graph.model import Platform
from stackfix.graph.reach import Reached

if TYPE_CHECKING:
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload

_NGINX = 80
"""The port that a server of nginx binds where none is written (ngx_http_core_module, `listen`)."""


def wrong_port(graph: Graph, reference: Reference) -> Answer | None:
    """The one port beside a proxy that it must mean; None where somebody answers, or may."""
    asker, port = reference.workload, reference.address.default_port
    if asker is None or port is None or graph.resolve(reference).reached is not Reached.SELF:
        return None
    group = (asker,) if asker.deployment.platform is Platform.IMAGE else voices.sharing(asker)
    if group is None or any(port in graph.settled(w).ports or not graph.settled(w).known for w in group):
        return None
    found = {port: answer for w in group for port, answer in _answers(graph, w).items()}
    return next(iter(found.values())) if len(found) == 1 else None


def _answers(graph: Graph, workload: Workload) -> dict[int, Answer]:
    """What a container binds that its nginx doesn't."""
    servers = [server for facts in graph.proxies(workload) for server in facts.servers]
    own = {listen.port for server in servers for listen in server.listens}
    own |= {_NGINX} if any(not server.listens for server in servers) else set()
    endpoints = [e for e in graph.settled(workload).endpoints if e.protocol == "tcp" and e.sure and e.port not in own]
    return {e.port: Answer(e.port, tuple(authority.witnesses(graph, workload, e.port))) for e in endpoints}
