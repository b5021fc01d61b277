"""Which request a call of a front end's own function comes to: the function found, and what it puts around the path.

May import the graph's values, frontend_handing and javascript_names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.frontend_facts import ApiCall, FrontFacts
from stackfix.graph.frontend_handing import METHODS
from stackfix.graph.frontend_paths import absolute, slashed, trimmed
from stackfix.graph.value import Opaque, Template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.frontend_handing import Given, Handed, Hander
    from stackfix.graph.javascript_names import Modules

_DEPTH = 6


@dataclass(frozen=True, slots=True)
class _Said:
    """What a function is called with, in the file that calls it."""

    path: str
    name: str
    position: int
    key: str
    value: Template
    method: str | None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Request:
    client: str
    method: str | None
    value: Template
    own: bool


class Handing:
    """Follows the calls of one package's own functions to the requests that these make."""

    def __init__(self, modules: Modules, facts: Mapping[str, FrontFacts]) -> None:
        """Take what the package's files say."""
        self.modules = modules
        self.facts = facts
        self._handers: dict[str, dict[str, list[Hander]]] = {}

    def calls(self, path: str, said: FrontFacts) -> Iterator[ApiCall]:
        """Every call of a file that comes to one request for certain."""
        for one in said.handed:
            yield from self._called(path, one)

    def based(self, path: str, call: ApiCall) -> ApiCall:
        """A request of the project's own client, with that client's base where it is found."""
        head, _, _ = call.client.rpartition(".")
        where = self.definition(path, head or call.client) if call.own else None
        if where is None or where[1] not in dict(self._of(where[0]).instances):
            return call
        value = self._on_base(where, call.value)
        return call if value is None else ApiCall("fetch", call.method, value, call.location, call.anchor)

    def _called(self, path: str, one: Handed) -> Iterator[ApiCall]:
        found: dict[tuple[str | None, Template], ApiCall] = {}
        for (position, key, written), place in zip(one.arguments, one.places, strict=True):
            value = self.modules.value(path, written)
            if one.client:
                made = self._put(path, one.name, (position, key), value, 0)
                asked = [] if made is None else [_Request(one.client, one.method, made, one.own)]
            else:
                asked = self._asked(_Said(path, one.name, position, key, value, one.method))
            for request in asked:
                call = ApiCall(request.client, request.method, request.value, *place, own=request.own)
                found[call.method, call.value] = call
        if len({value for _, value in found}) == 1:
            yield next(iter(found.values()))

    def _asked(self, said: _Said) -> list[_Request]:
        where = self.definition(said.path, said.name) if said.depth < _DEPTH else None
        if where is None:
            return []
        path, name = where
        found: list[_Request] = []
        for one in self._named(path, name):
            if (one.position, one.key) != (said.position, said.key) or one.callee == "":
                continue
            value = self._around(path, one.given, said.value, said.depth)
            if value is None:
                continue
            method = said.method if one.inherits else one.method
            if one.callee is not None:
                found += self._asked(_Said(path, one.callee, one.at, "", value, method, said.depth + 1))
            else:
                found.append(self._of_client(path, _Request(one.client, method, value, one.own)))
        return found or self._of_instance(where, said)

    def _of_client(self, path: str, request: _Request) -> _Request:
        """A request by the name of its client, with that client's base where it is found."""
        head, _, _ = request.client.rpartition(".")
        where = self.definition(path, head or request.client) if request.own else None
        if where is None or where[1] not in dict(self._of(where[0]).instances):
            return request
        value = self._on_base(where, request.value)
        return request if value is None else _Request("fetch", request.method, value, own=False)

    def _of_instance(self, where: tuple[str, str], said: _Said) -> list[_Request]:
        """`client.get("/x")` and `client({url: "/x"})` of a client that is made somewhere."""
        path, name = where
        made = dict(self._of(path).instances)
        head, _, verb = name.rpartition(".")
        if verb in METHODS and head in made and (said.position, said.key) == (0, ""):
            value = self._on_base((path, head), said.value)
            return [] if value is None else [_Request("fetch", METHODS[verb], value, own=False)]
        if (name in made or (verb == "request" and head in made)) and said.position == 0 and said.key in {"", "url"}:
            value = self._on_base((path, name if name in made else head), said.value)
            return [] if value is None else [_Request("fetch", said.method, value, own=False)]
        return []

    def _on_base(self, where: tuple[str, str], value: Template) -> Template | None:
        base = dict(self._of(where[0]).instances)[where[1]]
        if absolute(value) or base is None:
            return value
        known = self.modules.value(where[0], base)
        if any(isinstance(part, Opaque) for part in known.parts):
            return None
        return Template((*trimmed(known).parts, *slashed(value).parts))

    # --- what is put around ------------------------------------------------------------------------------------------

    def _around(self, path: str, given: Given, value: Template, depth: int) -> Template | None:
        if given.whole and absolute(value):
            return value
        if given.slashed:
            value = slashed(value)
        if given.through is not None:
            made = self._put(path, given.through, (0, ""), value, depth + 1)
            if made is None:
                return None
            value = made
        before = self.modules.value(path, given.before)
        after = self.modules.value(path, given.after)
        return Template((*before.parts, *value.parts, *after.parts))

    def _put(self, path: str, name: str, place: tuple[int, str], value: Template, depth: int) -> Template | None:
        """What a function gives back for a path."""
        where = self.definition(path, name) if depth < _DEPTH else None
        if where is None:
            return None
        giving = [h for h in self._named(*where) if h.callee == "" and (h.position, h.key) == place]
        return self._around(where[0], giving[0].given, value, depth + 1) if len(giving) == 1 else None

    # --- names -------------------------------------------------------------------------------------------------------

    def definition(self, path: str, name: str, depth: int = 0) -> tuple[str, str] | None:
        """The file that declares a dotted name of another, and what it calls it."""
        known = self.modules.names(path) if depth < _DEPTH else None
        if known is None:
            return None
        head, _, rest = name.partition(".")
        made = dict(self._of(path).objects).get(head, "")
        if "." in made or made.startswith("use"):
            return self.definition(path, f"{made}.{rest}" if rest else made, depth + 1)
        imported = known.imports.get(head)
        if imported is None:
            return path, name
        target = self.modules.resolve(path, imported.specifier)
        if target is None:
            return None
        wanted = imported.name
        if wanted == "*":
            wanted, _, rest = rest.partition(".")
        return self._exported(target, wanted, rest, depth + 1)

    def _exported(self, path: str, wanted: str, rest: str, depth: int) -> tuple[str, str] | None:
        known = self.modules.names(path) if depth < _DEPTH else None
        if known is None:
            return None
        for one in known.exports:
            if one.name != wanted:
                continue
            if one.specifier is None:
                return self.definition(path, f"{one.local}.{rest}" if rest else one.local, depth + 1)
            target = self.modules.resolve(path, one.specifier)
            return None if target is None else self._exported(target, one.local, rest, depth + 1)
        for star in known.exports:
            target = self.modules.resolve(path, star.specifier) if star.name == "*" and star.specifier else None
            found = self._exported(target, wanted, rest, depth + 1) if target is not None else None
            if found is not None:
                return found
        return None

    def _of(self, path: str) -> FrontFacts:
        return self.facts.get(path) or FrontFacts()

    def _named(self, path: str, name: str) -> list[Hander]:
        """The functions of a file by a name; a method by that of an object that is made of its class."""
        if path not in self._handers:
            named: dict[str, list[Hander]] = {}
            for one in self._of(path).handers:
                named.setdefault(one.name, []).append(one)
            self._handers[path] = named
        head, dot, rest = name.partition(".")
        of_class = dict(self._of(path).objects).get(head)
        found = self._handers[path].get(name) or self._handers[path].get(f"{of_class}{dot}{rest}")
        # What a function gives back under a name is its own function of that name.
        return found or (self._handers[path].get(rest) if head.startswith("use") else None) or []
