"""All routes of one Node program with their full paths, and what may be served unseen."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.graph.node_decorators import GATEWAY, OWNER
from stackfix.graph.node_routes import BARE
from stackfix.graph.node_sockets import NAMESPACE
from stackfix.graph.python_routing import Routing, ServedRoute
from stackfix.graph.value import EMPTY, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stackfix.graph.javascript_names import Modules
    from stackfix.graph.node_facts import NodeFacts, NodeRoute, NodeUse, Server

Node = tuple[str, str]
_DEPTH = 12
_ROOT = Template.literal(Text.unwritten("/"))
_NAMESPACE = Template.literal(Text.unwritten(NAMESPACE))
_REST = "*"
_PART = re.compile(r":(\w+)(?:\([^)]*\))?([?*+]?)|\{?\*\w*\}?|\{[^}]*\}")


def routing(modules: Modules, found: Mapping[str, NodeFacts], *, complete: bool) -> Routing:
    """Everything that the applications of a program serve. `found` are the facts of all its files."""
    table = _Table(modules, found)
    for path, facts in found.items():
        for server in facts.servers:
            if not server.router and server.framework != "http":
                table.walk((path, server.name), "", ())
        table.direct(path, facts)
        table.holes.extend(facts.holes)
        table.unknown.extend(one for one in facts.looked if one != "/")
        table.holes.extend(f"{one} may bring routes" for one in facts.modules if modules.resolve(path, one) is None)
        if facts.dynamic:
            table.holes.append("modules are loaded by name")
    table.holes.extend(table.lost())
    known = complete and not table.holes and bool(table.routes)
    return Routing(tuple(table.routes), tuple(dict.fromkeys(table.unknown)), known)


class _Table:
    """The routes found while walking from applications to what they include."""

    def __init__(self, modules: Modules, found: Mapping[str, NodeFacts]) -> None:
        self.modules = modules
        self.found = found
        self.routes: list[ServedRoute] = []
        self.unknown: list[str] = []
        self.holes: list[str] = []
        self._lent: dict[Node, list[tuple[str, str]]] | None = None
        self._walked: set[Node] = set()

    def direct(self, path: str, facts: NodeFacts) -> None:
        """Routes that belong to no application object: WebSocket servers, Nest's controllers."""
        given = next(((p, f.global_prefix) for p, f in self.found.items() if f.global_prefix is not None), None)
        prefix = self._text(*given) if given is not None else ""
        bare = {one for f in self.found.values() for one in f.unprefixed}
        for route in facts.routes:
            if route.owner == OWNER:
                if prefix is None:
                    self.holes.append("a prefix that can't be read")
                else:
                    self._add(path, route, "" if self._own(path, route) in bare else _joined("", prefix))
            elif route.owner == GATEWAY:
                self._gateway(path, route)
            elif not route.owner:
                self._add(path, route, "")

    def _own(self, path: str, route: NodeRoute) -> str:
        """A route's path without any prefix."""
        return _joined("", self._text(path, route.path) or "")

    def _gateway(self, path: str, route: NodeRoute) -> None:
        """What a gateway of Nest's serves by the program's adapter: WebSockets as they are, or Socket.IO."""
        names = (found.names.imports.values() for found in self.found.values())
        plain = any(one.specifier == "@nestjs/platform-ws" for imports in names for one in imports)
        said = route.path.text is None or route.path.text.value
        if plain:
            self._add(path, route if said else replace(route, path=_ROOT), "")
            return
        shared = replace(route, path=route.path if said else _NAMESPACE, everything=True, polls=True)
        for websocket in (True, False):
            self._add(path, replace(shared, websocket=websocket), "")

    def walk(self, node: Node, prefix: str, seen: tuple[Node, ...]) -> None:
        """Take what an application or router serves below a prefix."""
        if node in seen or len(seen) > _DEPTH:
            self.holes.append(f"{node[1]} is included in itself")
            return
        facts = self.found.get(node[0])
        if facts is None:
            self.holes.append(f"{node[0]} was not read")
            return
        self._walked.add(node)
        server = next((s for s in facts.servers if s.name == node[1]), None)
        own = self._text(node[0], server.prefix) if server is not None and server.prefix is not None else ""
        if own is None:
            self.holes.append("a prefix that can't be read")
            return
        prefix = _joined(prefix, own) if own else prefix
        owns = self._owns(node, facts)
        for route in facts.routes:
            if owns(route.owner):
                self._add(node[0], route, prefix)
        for use in facts.uses:
            if owns(use.owner):
                self._include(node, prefix, use, (*seen, node))
        self._elsewhere(node, prefix, server)

    def lost(self) -> Iterator[str]:
        """Routes of parts that nobody is seen to include: they may be, unseen."""
        lent = {(path, alias) for held in self._borrowed().values() for path, alias in held}
        for path, facts in self.found.items():
            made = {server.name: server for server in facts.servers}
            for owner in sorted({r.owner for r in facts.routes} - {"", OWNER, GATEWAY}):
                walked = (path, owner) in self._walked or (owner not in made and (path, _REST) in self._walked)
                if not walked and (path, owner) not in lent and (owner not in made or made[owner].router):
                    yield f"{owner} of {path} is included nowhere"

    def _elsewhere(self, node: Node, prefix: str, server: Server | None) -> None:
        """Other files that import the application and add to it."""
        if server is None:
            return
        for path, alias in self._borrowed().get(node, ()):
            facts = self.found[path]
            for route in facts.routes:
                if route.owner == alias:
                    self._add(path, route, prefix)
            if any(use.owner == alias for use in facts.uses):
                self.holes.append(f"{path} adds to {node[1]}")

    def _borrowed(self) -> Mapping[Node, list[tuple[str, str]]]:
        """Each application or router with the files that add to it under an imported name."""
        if self._lent is None:
            self._lent = {}
            for path, facts in self.found.items():
                owners = {r.owner for r in facts.routes} | {u.owner for u in facts.uses}
                for alias in sorted(owners & set(facts.names.imports)):
                    target = self._target(path, alias)
                    if target is not None and target[0] != path:
                        self._lent.setdefault(target, []).append((path, alias))
        return self._lent

    def _owns(self, node: Node, facts: NodeFacts) -> Callable[[str], bool]:
        made = {s.name for s in facts.servers}
        if node[1] == _REST:
            return lambda owner: bool(owner) and owner not in {OWNER, GATEWAY} and owner not in made
        return lambda owner: owner == node[1]

    def _include(self, node: Node, prefix: str, use: NodeUse, seen: tuple[Node, ...]) -> None:
        added = "" if use.prefix is None else self._text(node[0], use.prefix)
        if added is None:
            self.holes.append("a prefix that can't be read")
            return
        below = _joined(prefix, added) if added else prefix
        target = None if use.target is None else self._used(node[0], use)
        if target is not None:
            # What fastify-plugin wraps adds to the application that it is given to.
            self.walk(target, prefix if target[1].endswith(BARE) else below, seen)
        elif self._is_middleware(node[0], use):
            return
        elif below.strip("/"):
            self.unknown.append(below)
        else:
            self.holes.append(f"{use.target or 'something'} is used")

    def _used(self, path: str, use: NodeUse) -> Node | None:
        """The application, router or function of routes that is included; None where it is none that is known."""
        assert use.target is not None
        if use.loaded:
            target = self.modules.resolve(path, use.target)
            return self._default(target, "*") if target is not None else None
        return self._target(path, use.target)

    def _target(self, path: str, name: str) -> Node | None:
        facts = self.found.get(path)
        if facts is None:
            return None
        name = facts.aliases.get(name, name)
        if any(s.name == name for s in facts.servers):
            return path, name
        head, _, rest = name.partition(".")
        imported = facts.names.imports.get(head)
        target = self.modules.resolve(path, imported.specifier) if imported is not None else None
        if imported is None or target is None:
            return None
        return self._default(target, rest if imported.name == "*" and rest else imported.name)

    def _default(self, path: str, name: str, depth: int = 0) -> Node | None:
        """What a file exports under a name, if it serves."""
        facts = self.found.get(path)
        if facts is None or depth > _DEPTH:
            return None
        wanted = "default" if name == "*" else name
        export = next((e for e in facts.names.exports if e.name == wanted), None)
        if export is not None and export.specifier is not None:
            target = self.modules.resolve(path, export.specifier)
            return self._default(target, export.local, depth + 1) if target is not None else None
        local = export.local if export is not None else wanted
        local = facts.aliases.get(local, local)
        if any(s.name == local for s in facts.servers):
            return path, local
        if local == "=":
            return self._anonymous(path, facts)
        owners = {r.owner for r in facts.routes if r.owner not in {"", OWNER, GATEWAY}} | {u.owner for u in facts.uses}
        return (path, _REST) if owners - {s.name for s in facts.servers} else None

    def _anonymous(self, path: str, facts: NodeFacts) -> Node | None:
        """What `module.exports = …` gives back: the one router of the file, or a function that adds routes."""
        assigned = [s.name for s in facts.servers if s.framework != "http" and ":" not in s.name]
        if len(assigned) == 1:
            return path, assigned[0]
        return (path, _REST) if facts.routes and not assigned else None

    def _is_middleware(self, path: str, use: NodeUse) -> bool:
        """Whether what is used is a function of the project without routes in its file."""
        facts = self.found.get(path)
        if facts is None or use.target is None:
            return False
        if use.loaded:
            target = self.modules.resolve(path, use.target)
        else:
            imported = facts.names.imports.get(use.target.partition(".")[0])
            target = self.modules.resolve(path, imported.specifier) if imported is not None else None
        other = self.found.get(target) if target is not None else None
        return other is not None and not other.routes and not other.uses and not other.servers

    def _add(self, path: str, route: NodeRoute, prefix: str) -> None:
        own = self._text(path, route.path)
        if own is None:
            self.holes.append("a path that can't be read")
            return
        full = _joined(prefix, own)
        pattern = _pattern(full) + (r"(?:.*)" if route.everything else "/?")
        self.routes.append(
            ServedRoute(
                full,
                route.websocket,
                route.methods,
                route.location,
                route.anchor,
                pattern,
                route.path.text,
                route.listener,
                route.polls,
            )
        )

    def _text(self, path: str, value: Template) -> str | None:
        """A path or prefix; a setting is taken by its default, and noted: another environment may serve elsewhere."""
        resolved = self.modules.value(path, value)
        if resolved.holes:
            self.holes.append("a path that the environment decides")
        filled = resolved.fill(EMPTY)
        return None if filled is None else filled.text.value


def _joined(prefix: str, path: str) -> str:
    return re.sub(r"//+", "/", f"{prefix}/{path}").rstrip("/") or "/"


def _pattern(path: str) -> str:
    """A regular expression for the request paths that a route's path takes."""
    parts = []
    at = 0
    for match in _PART.finditer(path):
        parts.append(re.escape(path[at : match.start()]))
        parts.append("[^/]+" if match[1] and not match[2] else ".*")
        at = match.end()
    return "".join((*parts, re.escape(path[at:]))).removesuffix("/")
