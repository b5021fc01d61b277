"""Connections that a background task opens once, and what they raise where nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import starting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.link import Graph
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
    """A connection opened once in a task. `calls` are all those of the function that open it, in order."""

    start: Start
    step: Step
    calls: tuple[Call, ...]
    refusal: Refusal
    spawned: Location

    @property
    def opened(self) -> str:
        """What opens the connection, as the file calls it."""
        call = self.calls[0]
        own = call.name.removeprefix(f"{self.step.function.name}.")
        return call.threaded or (call.qualified if call.qualified in CALLS else own)


def once(graph: Graph) -> Iterator[Once]:
    """Every connection that a background task of a start opens without a second try."""
    for start in graph.starts:
        for step in starting.steps(start.program):
            if step.spawned is None or step.again:
                continue
            found = [(call, refusal) for call in step.calls if (refusal := _refusal(call)) is not None]
            kinds = {refusal for _, refusal in found}
            if len(kinds) == 1 and not any(call.looped for call, _ in found):
                calls = tuple(call for call, _ in found)
                yield Once(start, step, calls, kinds.pop(), step.spawned)


def _refusal(call: Call) -> Refusal | None:
    """What a call raises where nobody answers, if it opens a connection here."""
    if not call.open:
        return None
    known = CALLS.get(call.threaded or call.qualified)
    return known or METHODS.get((call.made or "", call.name.rpartition(".")[2]))
