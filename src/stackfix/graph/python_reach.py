"""Which modules and functions of a Python program run, when it is started in one certain way.

An import inside a function imports nothing where that function never runs, and calls aren't all seen. So a program is
followed twice. Everything that may be imported counts for rules that judge by absence (no route, no health route, no
handler, no origin, a variable that nobody reads or gives, a name that nobody asks): there more modules mean silence.
What code imports that is seen to run counts for rules that judge by presence: an address that is asked, a default in
force, a client that blocks or must be reached, a task that is lost, a variable that must be given, a policy that is
sent, an origin that is let in. A condition around a call, or around an import inside a function, leaves open whether it
runs: that isn't seen. Handlers and hooks of frameworks, functions that are handed to a call, and methods of classes
that are made are seen; commands and tasks, which another process may be started for, only where they are called.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.graph.python_facts import Spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.python_facts import Called, PythonFacts
    from stackfix.graph.python_names import Names

Function = tuple[str, str]
_ELSEWHERE = frozenset({
    "set_defaults", "add_command", "command", "task", "shared_task", "actor", "enqueue", "enqueue_in", "enqueue_at",
    "enqueue_call", "enqueue_many",
})  # fmt: skip
"""Calls that keep a function for a command line or for another process."""


@dataclass(slots=True)
class Reach:
    """The modules that are imported, in order, and the functions that are called: certainly, or perhaps.

    `main`: the entry runs as `__main__`. `unread` are reached files that can't be read: what they do is unknown.
    `settings` is the module that the environment says is Django's: it stands over one that the code proposes. `seen`:
    only what is seen to run is followed, not all that may; `imported` are the modules that this comes to.
    """

    entry: str
    main: bool
    settings: str | None = None
    seen: bool = False
    paths: list[str] = field(default_factory=list)
    functions: dict[Function, bool] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)
    # Files of which more is called than when their calls were last followed.
    stirred: set[str] = field(default_factory=set)
    # What has been worked out once about the finished program.
    objects: dict[Function, list[Function]] = field(default_factory=dict)
    callers: dict[str, list[tuple[str, Called]]] | None = None

    def call(self, path: str, name: str, *, certain: bool) -> None:
        """Note that a function is called; certainly, or perhaps."""
        before = self.functions.get((path, name))
        if before is None or (certain and not before):
            self.functions[path, name] = certain
            self.stirred.add(path)

    def runs(self, path: str, spot: Spot) -> bool | None:
        """Whether code runs: True for certain, None perhaps, False not in this program."""
        if spot.main and not (self.main and path == self.entry):
            return False
        if spot.function is None:
            return None if spot.conditional or spot.fallback else True
        called = self.functions.get((path, spot.function))
        if called is None:
            return False
        return True if called and not spot.conditional and not spot.fallback else None

    def follows(self, path: str, spot: Spot) -> bool:
        """Whether what the code calls is called, as far as this asks."""
        return self.runs(path, spot) is not False and not (self.seen and (spot.conditional or spot.fallback))

    def imports(self, path: str, spot: Spot) -> bool:
        """Whether what the code imports is imported, as far as this asks."""
        if spot.main and not (self.main and path == self.entry):
            return False
        at_once = spot.function is None and not spot.main
        return not self.seen or at_once or self.follows(path, spot)


def reach(names: Names, entry: str, *, main: bool, attribute: str | None = None, settings: str | None = None) -> Reach:
    """Follow imports from the entry, then calls from what runs at import, the `__main__` block and the factory."""
    found = _reached(names, Reach(entry, main, settings), attribute)
    found.imported.update(_reached(names, Reach(entry, main, settings, seen=True), attribute).paths)
    return found


def _reached(names: Names, found: Reach, attribute: str | None) -> Reach:
    entry, settings = found.entry, found.settings
    _follow(names, found, [*_packages(names, entry), entry])
    given = None
    if _uses_django(names, found):
        settings = settings or _managed(names, found)
        given = names.resolve(settings) if settings is not None else None
    if given is not None:
        _follow(names, found, [given])
    if attribute is not None:
        place = names.find(entry, attribute.removesuffix("()"))
        if place is not None:
            _call(names, found, place, certain=True)
    while found.stirred:
        for path in tuple(found.paths):
            if path in found.stirred:
                found.stirred.remove(path)
                _calls_of(names, found, path)
        found.stirred.intersection_update(found.paths)
    return found


def _uses_django(names: Names, found: Reach) -> bool:
    known = (names.facts(path) for path in found.paths)
    return any(i.module.partition(".")[0] == "django" for facts in known if facts is not None for i in facts.imports)


def _managed(names: Names, found: Reach) -> str | None:
    """The settings that the site's own manage.py names, where nothing that is started names any."""
    known = [facts for path in found.paths if (facts := names.facts(path)) is not None]
    if any(facts.settings_module is not None or "ROOT_URLCONF" in facts.constants for facts in known):
        return None
    beside = [facts for root in names.roots if (facts := _facts_of(names, tree.join(root, "manage.py"))) is not None]
    said = beside[0].settings_module if len(beside) == 1 else None
    return said.value if said is not None else None


def _facts_of(names: Names, path: str) -> PythonFacts | None:
    return names.facts(path) if names.library.tree.is_file(path) else None


def _packages(names: Names, entry: str) -> Iterator[str]:
    """The packages around the entry below a root: importing it runs them."""
    for root in names.roots:
        prefix = f"{root}/" if root else ""
        if entry.startswith(prefix):
            steps = entry[len(prefix) :].split("/")[:-1]
            ways = (prefix + "/".join(steps[: n + 1]) + "/__init__.py" for n in range(len(steps)))
            yield from (way for way in ways if names.library.tree.is_file(way))
            return


def _follow(names: Names, found: Reach, paths: list[str]) -> None:
    waiting = list(reversed(paths))
    while waiting:
        path = waiting.pop()
        if path in found.paths or path in found.unread:
            continue
        known = names.facts(path)
        if known is None:
            found.unread.append(path)
            continue
        found.paths.append(path)
        found.stirred.add(path)
        waiting.extend(reversed(list(_next(names, found, path, known))))


def _next(names: Names, found: Reach, path: str, known: PythonFacts) -> Iterator[str]:
    for imported in known.imports:
        if found.imports(path, imported.spot):
            yield from names.imported(path, imported)
    proposed = known.settings_module
    settings = found.settings or (proposed.value if proposed is not None else None)
    if proposed is not None and settings is not None:
        target = names.resolve(settings)
        if target is not None:
            yield target
    yield from (target for target, _ in _named(names, found, path, known))


def _named(names: Names, found: Reach, path: str, known: PythonFacts) -> Iterator[Function]:
    """The applications that servers are told by name, "module:attribute", and import themselves."""
    for listen in known.listens:
        if listen.app is not None and ":" in listen.app and found.runs(path, listen.spot) is not False:
            module, _, attribute = listen.app.partition(":")
            target = names.resolve(module)
            if target is not None:
                yield target, attribute


def _calls_of(names: Names, found: Reach, path: str) -> None:
    known = names.facts(path)
    if known is None:
        return
    for called in known.calls:
        if not found.follows(path, called.spot):
            continue
        place = names.find(path, called.name)
        if place is not None:
            _call(names, found, place, certain=found.runs(path, called.spot) is True)
        _hand_over(names, found, path, called)
    for name in known.hooks if found.seen else known.decorated:
        if found.follows(path, _outside(name)):
            _call(names, found, (path, name), certain=False)
    _follow(names, found, list(_next(names, found, path, known)))
    for place in _named(names, found, path, known):
        _call(names, found, place, certain=False)


def _hand_over(names: Names, found: Reach, path: str, called: Called) -> None:
    """A function given to a call (`Thread(target=serve)`) may be called by it."""
    if found.seen and called.name.rpartition(".")[2] in _ELSEWHERE:
        return
    for given in _given(called):
        target = names.find(path, given)
        if target is not None and (_is_function(names, target) or (found.seen and _is_class(names, target))):
            _call(names, found, target, certain=False)


def _outside(name: str) -> Spot:
    outer = name.rpartition(".")[0]
    return Spot(outer, outer or None)


def _given(called: Called) -> Iterator[str]:
    yield from (a for a in called.arguments if a is not None)
    yield from (v for _, v in called.keywords if v is not None)


def _is_function(names: Names, place: Function) -> bool:
    known = names.facts(place[0])
    return known is not None and place[1] in known.parameters


def _is_class(names: Names, place: Function) -> bool:
    known = names.facts(place[0])
    return known is not None and place[1] in known.bases


def _call(names: Names, found: Reach, place: Function, *, certain: bool) -> None:
    path, name = place[0], place[1].replace("()", "")
    known = names.facts(path)
    if known is None:
        return
    if name in known.parameters:
        found.call(path, name, certain=certain)
    elif name in known.bases:
        for method in known.parameters:
            if method.startswith(f"{name}.") and "." not in method[len(name) + 1 :]:
                found.call(path, method, certain=certain and method == f"{name}.__init__")
    elif found.seen and name.endswith(".as_view") and name.removesuffix(".as_view") in known.bases:
        _call(names, found, (path, name.removesuffix(".as_view")), certain=False)
    elif "." in name:
        _call_method(names, found, (path, name), certain=certain)


def _call_method(names: Names, found: Reach, place: Function, *, certain: bool) -> None:
    """`server.run()` where `server = Server()`."""
    known = names.facts(place[0])
    owner, _, method = place[1].rpartition(".")
    made = known.instances.get(owner) if known is not None else None
    target = names.find(place[0], made.removesuffix("()")) if made is not None else None
    if target is not None and _is_function(names, (target[0], f"{target[1]}.{method}")):
        found.call(target[0], f"{target[1]}.{method}", certain=certain)
