"""Python programs as they start: in deployments and on the bare host, and what their start runs on the event loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import unrun
from stackfix.graph.python_coroutines import coroutines, telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.application import Program
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.python_coroutines import Call, Coroutine, Coroutines, Spawned
    from stackfix.graph.python_names import Names

Function = tuple[str, str]
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Start:
    """One program and who runs it; nobody where it is started on the host."""

    program: Program
    workloads: tuple[Workload, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """An asynchronous function that a start runs. `begun` is what the framework or loop itself is given.

    `spawned` is where a task was made on the way to it. `again`: it is called again where it fails, by a loop or a
    decorator on the way. `apart`: only loops of their own run it, in a thread or a job.
    """

    path: str
    function: Coroutine
    begun: Coroutine
    spawned: Location | None = None
    again: bool = False
    apart: bool = False

    @property
    def calls(self) -> tuple[Call, ...]:
        """What it calls at the start: of a lifespan's those before its `yield`."""
        return tuple(call for call in self.function.calls if call.ready or self.function is not self.begun)


def starts(graph: Graph) -> tuple[Start, ...]:
    """Every program that a deployment runs, and every application that none does."""
    found: dict[int, tuple[Program, list[Workload]]] = {}
    for workload in graph.running:
        for program in graph.programs(workload):
            found.setdefault(id(program), (program, []))[1].append(workload)
    run = [Start(program, tuple(workloads)) for program, workloads in found.values()]
    known = {path for start in run for path in start.program.paths}
    return (*run, *(Start(program, ()) for program in unrun.programs(graph.library, known)))


# --- functions -------------------------------------------------------------------------------------------------------


def reached(program: Program) -> Iterator[tuple[str, Coroutines]]:
    """Every file of a program that starts tasks, or in which a start may begin."""
    for path in program.paths:
        if path not in program.imported:
            continue
        library = program.names.library
        found = library.get(path, coroutines) if library.get(path, telling) else None
        if found is not None:
            yield path, found


def function(names: Names, path: str, name: str) -> tuple[str, Coroutine] | None:
    """The function or method of the tree that a name of a file stands for."""
    place = names.find(path, name)
    known = names.facts(place[0]) if place is not None else None
    if place is None or known is None:
        return None
    if place[1] not in known.parameters:
        place = _method(names, place)
    found = names.library.get(place[0], coroutines) if place is not None else None
    one = found.function(place[1]) if found is not None and place is not None else None
    return (place[0], one) if place is not None and one is not None else None


def _method(names: Names, place: Function) -> Function | None:
    """`consumer.start` where `consumer = Consumer()`, and a method that a base class has."""
    known = names.facts(place[0])
    owner, _, method = place[1].rpartition(".")
    if known is None or not owner:
        return None
    made = known.instances.get(owner)
    for one in (made.removesuffix("()"),) if made is not None else known.bases.get(owner, ()):
        target = names.find(place[0], one)
        facts = names.facts(target[0]) if target is not None else None
        if target is None or facts is None:
            continue
        inner = (target[0], f"{target[1]}.{method}")
        if inner[1] in facts.parameters:
            return inner
        if inner != place and target[1] in facts.bases:
            return _method(names, inner)
    return None


def seen_failing(names: Names, path: str, one: Coroutine, depth: int = 0) -> bool:
    """Whether a function holds every exception itself, so that nothing is lost with its task."""
    if depth > _DEPTH:
        return False
    for escape in one.raises:
        inner = function(names, path, escape.name) if escape.name is not None else None
        if inner is None or (inner[0], inner[1].name) == (path, one.name):
            return False
        if not seen_failing(names, *inner, depth + 1):
            return False
    return True


def lost(program: Program) -> Iterator[tuple[str, Spawned, Coroutine | None]]:
    """The tasks of a program that nobody keeps, with the function that each runs where it is seen.

    Not those of functions that hold every exception themselves.
    """
    run = program.functions | {(step.path, step.function.name) for step in steps(program)}
    for path, found in reached(program):
        for spawned in found.spawned:
            if (path, spawned.function) not in run:
                continue
            name = spawned.coroutine
            runs = function(program.names, path, name) if name is not None else None
            if runs is None or not seen_failing(program.names, *runs):
                yield path, spawned, runs[1] if runs is not None else None


def steps(program: Program) -> tuple[Step, ...]:
    """Every asynchronous function that the start of a program runs, in the order in which it is met."""
    found: dict[Function, Step] = {}
    begun = list(_begun(program))
    # What the process's own loop comes to is its business, whoever else runs it.
    for apart in (False, True):
        waiting = [step for step in begun if step.apart is apart]
        while waiting:
            step = waiting.pop(0)
            key = (step.path, step.function.name)
            if key in found or not step.function.is_async:
                continue
            found[key] = step
            for call in step.calls:
                inner = function(program.names, step.path, call.name) if call.awaited else None
                if inner is not None:
                    waiting.append(_next(step, call, *inner))
    return tuple(found.values())


def _next(step: Step, call: Call, path: str, inner: Coroutine) -> Step:
    spawned = call.location if call.spawned else step.spawned
    # A loop that makes tasks doesn't see them fail.
    again = inner.retried if call.spawned else step.again or call.looped or inner.retried
    return Step(path, inner, step.begun, spawned, again, step.apart)


def _begun(program: Program) -> Iterator[Step]:
    for path, known in reached(program):
        for begin in known.begins:
            begun = function(program.names, path, begin.name)
            if begun is not None and (not begin.main or (begun[0], begun[1].name) in program.functions):
                yield Step(*begun, begun[1], apart=begin.apart)
