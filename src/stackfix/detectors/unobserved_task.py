"""A background task is started and left alone.

What it finds: `asyncio.create_task`, `asyncio.ensure_future` or `loop.create_task` in code that an entry point reaches,
whose result is dropped or given to a name that is never asked for it.

Why it breaks: what the task raises is raised nowhere: a `try` around the call is long left when it happens, so a
consumer that can't connect ends without a word. The event loop holds tasks by weak references alone: one that nobody
keeps may vanish half done.

Which side is right: the task is meant to run. A set keeps it until it is done, and a callback logs what it raised.

Limits: silent where the function holds every exception itself, where the task is awaited, returned, gathered, stored in
an attribute or a list, and in a TaskGroup. Programs that no deployment runs are found by the usual names of entry files
(main.py, app.py, server.py …).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import starting
from stackfix.repairs.keep_task import KeepTask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.python_coroutines import Coroutine, Spawned
    from stackfix.graph.starting import Start

RULE = Rule("unobserved-task", Family.HEALTH, Severity.ERROR, "a background task is started and left alone")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every task that nobody keeps."""
    for start in graph.starts:
        for _, spawned, runs in starting.lost(start.program):
            yield _finding(graph, start, spawned, runs)


def _finding(graph: Graph, start: Start, spawned: Spawned, runs: Coroutine | None) -> Finding:
    name = (spawned.coroutine or "a coroutine").rpartition(".")[2]
    kept = "kept nowhere" if spawned.local is None else f"given to {spawned.local}, which nothing reads"
    return Finding(
        rule=RULE,
        message=f"the task that runs {name} is {kept}: what it raises is seen by nobody",
        location=Location(spawned.location.path, spawned.location.span, "started here, and left alone"),
        anchor=spawned.anchor,
        value=spawned.coroutine or "",
        evidence=tuple(_evidence(spawned, runs)),
        remedy=Remedy(Applicability.UNSAFE, "keep the task, and log what it raises", (KeepTask(spawned.anchor),)),
        components=graph.called(*start.workloads),
    )


def _evidence(spawned: Spawned, runs: Coroutine | None) -> Iterator[Location]:
    if runs is not None:
        yield Location(runs.location.path, runs.location.span, "what it runs")
    if spawned.tried is not None:
        yield Location(spawned.tried.path, spawned.tried.span, "can't catch what the task raises")
