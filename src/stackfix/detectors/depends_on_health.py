"""A service starts before a dependency that could say when it is ready.

What it finds: a Compose service whose `depends_on` lists, by name alone, a service that has a health check.

Why it breaks: a list waits until the other container has been started, not until it answers. A database takes seconds
more; what connects at once is refused and ends, or works by luck.

Which side is right: the health check. In long form `condition: service_healthy` waits for it; the entries without a
check keep what the list meant, `condition: service_started`.

A list that services share through an anchor is repaired for all of them, where each could wait so.

Limits: silent where a condition is written, where the service's own command or start script waits, its source asks in
a loop until it is answered, or a variable tells it whom to wait for (`WAIT_FOR`, `WAIT_HOSTS`), for an application
whose start another service is content with (`service_started`), for dependencies without a check, and for a check
that can never pass as it is written (a shell's `||` among the words of a list, a list without CMD), where another
service that it is started after waits for that check already, for a store or a bare image that was told nothing of
the other, and for nodes whose check passes once the cluster is whole. Viewers, scrapers, proxies, front ends, Kafka
Connect with its databases, what a clock begins, what only keeps a container there to work in, and a service that
nothing has name the other application, connect when they are asked: information only, and a person should decide. So
with a check that can't be seen to pass: it would stop a stack that works. Where the check's program is missing for
certain, nothing is edited.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Remedy, Rule, Severity
from stackfix.graph import start_order
from stackfix.repairs.key_items import KeyItems
from stackfix.repairs.set_entry import Entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.start_order import Unready

RULE = Rule(
    "depends-on-health",
    Family.HEALTH,
    Severity.ERROR,
    "a service starts before a dependency that could say when it is ready",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every list that doesn't wait for a health check."""
    seen = set()
    for unready in start_order.unready(graph):
        place = unready.waits[0].location
        if unready.anchor not in seen and place not in seen:
            seen |= {unready.anchor, place}
            yield _finding(graph, unready)


def _finding(graph: Graph, unready: Unready) -> Finding:
    names = [wait.name.value for wait, _, _ in unready.checked]
    lazy = all(start_order.connects_lazily(graph, unready.workload, target) for _, target, _ in unready.checked)
    certain = not lazy and all(start_order.can_pass(graph, target, check) for _, target, check in unready.checked)
    vain = [target.name for _, target, check in unready.checked if start_order.cannot_run(graph, target, check)]
    first, *others = (wait.location for wait, _, _ in unready.checked)
    conditions = ("service_healthy" if wait.name.value in names else "service_started" for wait in unready.waits)
    values = tuple(Entries((("condition", condition),)) for condition in conditions)
    told = " and ".join(names)
    started = " and ".join((unready.workload.name, *(w.name for w in unready.sharers)))
    started += " are" if unready.sharers else " is"
    return Finding(
        rule=RULE,
        message=(
            f"{started} started as soon as {told} {'are' if others else 'is'} started, not when"
            f" {'their health checks pass' if others else 'its health check passes'}"
        ),
        location=replace(first, note="waits for the start alone"),
        anchor=unready.anchor,
        value=" ".join(names),
        evidence=(
            *(replace(place, note="waits for the start alone") for place in others),
            *(replace(check.location, note=f"the health check of {t.name}") for _, t, check in unready.checked),
        ),
        remedy=Remedy(
            Applicability.SAFE if certain else Applicability.UNSAFE,
            f"wait until {told} {'are' if others else 'is'} healthy",
            (KeyItems(unready.anchor, values, bool(unready.sharers) and unready.alike),),
        )
        if not vain
        else Remedy(Applicability.MANUAL, f"let {vain[0]} be asked with a program that it has, then wait for it"),
        level=Severity.INFO if lazy else None,
        components=graph.called(unready.workload, *(target for _, target, _ in unready.checked)),
    )
