"""Connections that a background task opens once, and what they raise where nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import starting
from stackfix.graph.model import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.python_coroutines import Call
    from stackfix.graph.starting import Start, Step


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a client raises where nobody answers: names of a module. `builtin` are raised, too."""

    module: str
    names: tuple[str, ...]
    builtin: tuple[str, ...] = ()


_CONFLUENT = Refusal("confluent_kafka", ("KafkaException",))
_AIOKAFKA = Refusal("aiokafka.errors", ("KafkaError",))
_KAFKA = Refusal("kafka.errors", ("KafkaError",))
_ASYNCPG = Refusal("asyncpg", ("PostgresError",), ("OSError",))
_PIKA = Refusal("aio_pika.exceptions", ("AMQPError",), ("OSError",))
CALLS = {
    **{f"confluent_kafka.{c}": _CONFLUENT for c in ("Consumer", "Producer", "DeserializingConsumer")},
    **{f"kafka.{c}": _KAFKA for c in ("KafkaConsumer", "KafkaProducer", "KafkaAdminClient")},
    "asyncpg.connect": _ASYNCPG, "asyncpg.create_pool": _ASYNCPG,
    "aio_pika.connect": _PIKA, "aio_pika.connect_robust": _PIKA,
    "psycopg2.connect": Refusal("psycopg2", ("OperationalError",)),
    "psycopg.AsyncConnection.connect": Refusal("psycopg", ("OperationalError",)),
}  # fmt: skip
"""What opens a connection when it is called, and what it raises where nobody answers."""
METHODS = {
    **{(f"aiokafka.{c}", "start"): _AIOKAFKA for c in ("AIOKafkaConsumer", "AIOKafkaProducer")},
    **{(f"confluent_kafka.{c}", "list_topics"): _CONFLUENT for c in ("Consumer", "Producer")},
}
"""The methods that open one, with what made their object."""


@dataclass(frozen=True, slots=True)
class Once:
    """A connection opened once. `calls` are all those of the function that open it, in order.

    `spawned` is where its task was made; None where it is the process's own, which nothing starts again.
    """

    start: Start
    step: Step
    calls: tuple[Call, ...]
    refusal: Refusal
    spawned: Location | None

    @property
    def opened(self) -> str:
        """What opens the connection, as the file calls it."""
        call = self.calls[0]
        own = call.name.removeprefix(f"{self.step.function.name}.")
        return call.threaded or (call.qualified if call.qualified in CALLS else own)


def once(graph: Graph) -> Iterator[Once]:
    """Every connection that a background task of a start opens without a second try, or a consumer left to itself."""
    for start in graph.starts:
        alone = bool(start.workloads) and all(_is_left_alone(w) for w in start.workloads)
        for step in starting.steps(start.program):
            if step.again or (step.spawned is None and not (alone and _consumes(step))):
                continue
            found = [(call, refusal) for call in step.calls if (refusal := _refusal(call)) is not None]
            kinds = {refusal for _, refusal in found}
            if len(kinds) == 1 and not any(call.looped for call, _ in found):
                calls = tuple(call for call, _ in found)
                yield Once(start, step, calls, kinds.pop(), step.spawned)


def _is_left_alone(workload: Workload) -> bool:
    """Whether a Compose service ends with its process: nothing starts it again, and it waits for nobody's health."""
    if workload.deployment.platform is not Platform.COMPOSE or workload.runs_once:
        return False
    if workload.restart not in {None, "no"} or workload.controller is not None:
        return False
    return not any(wait.condition == "service_healthy" for wait in workload.waits)


def _consumes(step: Step) -> bool:
    """Whether the function that is run first goes on in a loop of its own."""
    return step.function is step.begun and any(call.looped for call in step.function.calls)


def _refusal(call: Call) -> Refusal | None:
    """What a call raises where nobody answers, if it opens a connection here."""
    if not call.open:
        return None
    known = CALLS.get(call.threaded or call.qualified)
    return known or METHODS.get((call.made or "", call.name.rpartition(".")[2]))
