"""Which paths health checks ask for, and what the asked application serves instead.

Judged only where one program or one nginx answers, all of its routes are seen, and the port asked is its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import health_names, managed_routes, nginx_answers, node_application, node_sources, voices
from stackfix.graph.application import Program
from stackfix.graph.command import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Probe, Workload
    from stackfix.graph.node_application import NodeProgram
    from stackfix.text import Text

_NODE = frozenset({"express", "fastify", "hono", "restify"})
_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "::1"})  # noqa: S104 - read, not bound
_FAILS = re.compile(r"-\w*f|--fail(?:-with-body)?|--fail-early")


@dataclass(frozen=True, slots=True)
class Application:
    """What is asked. `anchor` is what a route is added by: the call that makes it, else its last route."""

    name: str
    framework: str
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class _Answering:
    """What answers: whether it serves a path (None where nobody can tell), and its health-like routes."""

    serves: Callable[[str], bool | None]
    routes: tuple[tuple[str, Location], ...]
    app: Application | None = None


@dataclass(frozen=True, slots=True)
class Unserved:
    """A check whose path nothing serves. `routes` are the health-like ones served to GET, without parameters."""

    workload: Workload
    probe: Probe
    path: Text
    routes: tuple[tuple[str, Location], ...]
    app: Application | None = None

    @property
    def homeless(self) -> bool:
        """Whether the check asks for health, and the application has no route at all for that."""
        return self.app is not None and not self.routes and health_names.ends_in_health(_asked(self.path.value))

    @property
    def lenient(self) -> bool:
        """Whether the check passes on any answer, a 404 too: curl without `--fail`."""
        words = " ".join(literal(w) or "" for w in self.probe.command).split()
        return self.probe.tool == "curl" and not any(_FAILS.fullmatch(w) for w in words)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An application without a health route, and the checks that ask it for one."""

    app: Application
    asked: tuple[Unserved, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that are asked for, each once."""
        return tuple(dict.fromkeys(_asked(one.path.value) for one in self.asked))


def unanswered(graph: Graph) -> Iterator[Unanswered]:
    """Every application that is asked for its health and has no route for that."""
    found: dict[Application, list[Unserved]] = {}
    for one in unserved(graph):
        if one.homeless and one.app is not None:
            found.setdefault(one.app, []).append(one)
    for app, asked in found.items():
        yield Unanswered(app, tuple(asked))


def _asked(path: str) -> str:
    """A path without what is asked for of it."""
    return re.split(r"[?#]", path)[0]


def unserved(graph: Graph) -> Iterator[Unserved]:
    """Every check that asks for what its application has no route for: deployments', and images' own."""
    told: set[Location] = set()
    for workload in graph.workloads:
        yield from _of(graph, workload, workload.probes)
    for running in (*graph.own_commands, *(w for w in graph.workloads if _inherits(w))):
        image = graph.image(running)
        if image is not None and image.healthcheck is not None and image.healthcheck.location not in told:
            for found in _of(graph, running, (image.healthcheck,)):
                told.add(found.probe.location)
                yield found


def _inherits(workload: Workload) -> bool:
    """Whether a deployment runs its image's own command under the image's own check."""
    return not workload.probes and not workload.healthcheck_written and voices.keeps_command(workload)


def _of(graph: Graph, workload: Workload, probes: tuple[Probe, ...]) -> Iterator[Unserved]:
    asking = [probe for probe in probes if probe.path is not None and probe.path_text is not None]
    answering = _answering(graph, workload) if asking else None
    for probe in asking if answering is not None else ():
        found = _judged(workload, probe, answering) if answering is not None and _own(graph, workload, probe) else None
        if found is not None:
            yield found


def _answering(graph: Graph, workload: Workload) -> _Answering | None:
    """What answers a workload's requests, if that is one program or one nginx."""
    if graph.proxies(workload):
        own = nginx_answers.answers(graph, workload)
        return None if own is None else _Answering(own.answers, own.routes)
    programs = graph.programs(workload) or node_sources.programs(graph, workload)
    routing = (
        programs[0].routing if len(programs) == 1 else None if programs else managed_routes.routing(graph, workload)
    )
    if routing is None:
        return None
    plain = [r for r in routing.routes if not r.websocket]
    if not plain and routing.home is None:
        return None
    fitting = {
        r.path: r.location for r in plain if health_names.is_health(r.path) and (not r.methods or "GET" in r.methods)
    }
    program = programs[0] if programs else None
    app = _python(program) if isinstance(program, Program) else _node(graph, program) if program is not None else None
    # What nobody knows how to add a route to has none, all the same.
    app = app or Application("", "", *(routing.home or (plain[0].location, plain[0].anchor)))
    return _Answering(routing.serves, tuple(fitting.items()), app)


def may_be_unserved(graph: Graph, workload: Workload, probe: Probe) -> bool:
    """Whether none of the routes that are seen of what a check asks is the path that it asks for."""
    if any(found.workload is workload for found in graph.unserved):
        return True
    answering = _answering(graph, workload) if probe.path is not None and _asked(probe.path).startswith("/") else None
    return answering is not None and probe.path is not None and answering.serves(_asked(probe.path)) is not True


def _own(graph: Graph, workload: Workload, probe: Probe) -> bool:
    """Whether it certainly asks the program itself."""
    if probe.host is not None and probe.host not in _LOCAL and probe.host != workload.name:
        return False
    listening = graph.listening(workload)
    ports = listening.ports
    if probe.port_name is not None:
        named = {d.port for d in workload.declarations if d.name == probe.port_name}
        return listening.known and len(ports) == 1 and named == ports
    return listening.known and len(ports) == 1 and (probe.port is None or probe.port in ports)


def _judged(workload: Workload, probe: Probe, answering: _Answering) -> Unserved | None:
    assert probe.path is not None
    assert probe.path_text is not None
    asked = _asked(probe.path)
    if not asked.startswith("/") or "$" in asked or answering.serves(asked) is not False:
        return None
    # A slash more or less is redirected by every framework.
    if any(answering.serves(other) is not False for other in {asked + "/", asked.rstrip("/") or "/"}):
        return None
    return Unserved(workload, probe, probe.path_text, answering.routes, answering.app)


def _python(program: Program) -> Application | None:
    """The application that a Python program serves; Django's is its list of URLs."""
    if program.app is None:
        return None
    known = program.names.facts(program.app[0])
    for made in known.objects if known is not None else ():
        if made.name == program.app[1] and made.framework != "django":
            return Application(made.name, made.framework, made.location, made.anchor)
    urls = _django_urls(program)
    listed = program.names.facts(urls) if urls is not None else None
    own = [(r.location, r.anchor) for r in program.routes if r.location.path == urls]
    own += [(i.location, i.anchor) for i in (listed.includes if listed is not None else ()) if i.anchor is not None]
    return Application("urlpatterns", "django", *_last(own)) if own else None


def _last(places: list[tuple[Location, Anchor]]) -> tuple[Location, Anchor]:
    """What stands last in its file."""
    return max(places, key=lambda place: place[0].span.start)


def _django_urls(program: Program) -> str | None:
    """The file that Django's settings say has the site's addresses."""
    for path in program.paths:
        known = program.names.facts(path)
        said = known.constants.get("ROOT_URLCONF") if known is not None else None
        text = said.text if said is not None else None
        if text is not None:
            return program.names.resolve(text.value)
    return None


def _node(graph: Graph, program: NodeProgram) -> Application | None:
    """The one application that a Node program makes, by the last route of its own; else any of its routes."""
    seen = ((path, graph.library.get(path, node_application.facts)) for path in program.paths)
    made = [
        (path, facts, server)
        for path, facts in seen
        for server in (facts.servers if facts is not None else ())
        if server.framework in _NODE and not server.router
    ]
    if len(made) != 1:
        return _koa(graph, program) if not made else None
    _, facts, server = made[0]
    if facts is not None:
        own = [(r.location, r.anchor) for r in facts.routes if r.owner == server.name]
        own += [(u.location, u.anchor) for u in facts.uses if u.owner == server.name and u.anchor is not None]
        if own:
            return Application(server.name, server.framework, *_last(own))
    first = program.routes[0]
    return Application(server.name, "", first.location, first.anchor)


def _koa(graph: Graph, program: NodeProgram) -> Application | None:
    """A router of a Koa program that nothing stands before, by its last route."""
    seen = [graph.library.get(path, node_application.facts) for path in program.paths]
    servers = [server for facts in seen if facts is not None for server in facts.servers]
    if [s.framework for s in servers if not s.router] != ["koa"] or any(s.prefix is not None for s in servers):
        return None
    whole = [(r.location, r.anchor) for r in program.routes if r.text is not None and r.path == r.text.value]
    path = whole[0][0].path if whole else ""
    return Application("", "koa", *_last([w for w in whole if w[0].path == path])) if whole else None
