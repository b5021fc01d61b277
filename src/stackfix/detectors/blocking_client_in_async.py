"""A call that waits holds the event loop while the application starts.

What it finds: a synchronous client made or asked in an asynchronous function that the start runs: confluent-kafka's
and kafka-python's constructors and polls, `requests`, `urllib`, database drivers' `connect`, `subprocess.run`,
`time.sleep`. The start is what a lifespan, a startup handler or `asyncio.run` begins with, followed through awaited
functions and tasks into the project's modules.

Why it breaks: until the call returns the event loop runs nothing else. While a broker is away, the health route isn't
answered and the server takes no request at all.

Which side is right: the event loop. The call waits in a thread (`asyncio.to_thread`); a sleep becomes the loop's own.

Limits: only where `await` is possible: in the asynchronous function itself, not in a plain function that it calls, a
comprehension or an f-string. What runs in an executor, after a lifespan's `yield`, in a program whose loop has
nothing else to run, or in a loop of its own that a thread or a job runs is silent, as are request handlers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import blocking
from stackfix.repairs.await_call import AwaitCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.blocking import Blocking
    from stackfix.graph.link import Graph

RULE = Rule(
    "blocking-client-in-async",
    Family.HEALTH,
    Severity.ERROR,
    "a call that waits holds the event loop while the application starts",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every call that waits on the way of a start."""
    for place in blocking.blocking(graph):
        yield _finding(graph, place)


def _by(place: Blocking) -> str:
    """Who runs the function, where it isn't what the start begins with."""
    step = place.step
    return "" if step.function is step.begun else f", which {step.begun.name} runs"


def _finding(graph: Graph, place: Blocking) -> Finding:
    call, step = place.call, place.step
    called = call.location
    instead = "await asyncio.sleep" if place.sleeps else "await it in a thread"
    return Finding(
        rule=RULE,
        message=f"{call.qualified} holds the event loop in {step.function.name}{_by(place)} at the start",
        location=Location(called.path, called.span, "nothing else runs until it returns"),
        anchor=step.function.anchor,
        value=call.name,
        evidence=(Location(step.begun.location.path, step.begun.location.span, "the start begins here"),),
        remedy=Remedy(Applicability.UNSAFE, instead, (AwaitCall(call.anchor, place.sleeps),)),
        components=graph.called(*place.start.workloads),
    )
