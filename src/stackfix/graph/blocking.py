"""Calls that wait without letting the event loop run, and what would wait in their place."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import starting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.python_coroutines import Call
    from stackfix.graph.starting import Start, Step

SLEEP = "time.sleep"
_VERBS = ("get", "post", "put", "delete", "patch", "head", "options", "request")
CALLS = frozenset(
    (
        SLEEP, *(f"requests.{v}" for v in _VERBS), *(f"httpx.{v}" for v in _VERBS),
        "confluent_kafka.Consumer", "confluent_kafka.Producer", "confluent_kafka.admin.AdminClient",
        "confluent_kafka.DeserializingConsumer", "confluent_kafka.SerializingProducer", "kafka.KafkaConsumer",
        "kafka.KafkaProducer", "kafka.KafkaAdminClient", "kafka.admin.KafkaAdminClient", "psycopg2.connect",
        "psycopg.connect", "pymysql.connect", "MySQLdb.connect", "mysql.connector.connect", "oracledb.connect",
        "pyodbc.connect", "pymssql.connect", "urllib.request.urlopen", "socket.create_connection", "subprocess.run",
        "subprocess.call", "subprocess.check_call", "subprocess.check_output", "os.system",
    )
)  # fmt: skip
"""Functions that wait, and constructors that do, by their full names."""
_REDIS = ("redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.Redis.from_url", "redis.StrictRedis.from_url")
_CONSUMER, _PRODUCER = frozenset({"poll", "consume", "list_topics"}), frozenset({"flush", "list_topics"})
METHODS = {
    **{f"confluent_kafka.{c}": _CONSUMER for c in ("Consumer", "DeserializingConsumer")},
    **{f"confluent_kafka.{c}": _PRODUCER for c in ("Producer", "SerializingProducer")},
    "confluent_kafka.admin.AdminClient": frozenset({"list_topics"}),
    **{name: frozenset({"ping"}) for name in _REDIS},
}
"""The methods that wait, by what made their object."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """A call on the event loop that waits. `step` is the function that makes it."""

    start: Start
    step: Step
    call: Call

    @property
    def sleeps(self) -> bool:
        """Whether it only lets time pass."""
        return self.call.qualified == SLEEP


def blocking(graph: Graph) -> Iterator[Blocking]:
    """Every call that waits in what a start runs on the event loop, where something else is to run there."""
    for start in graph.starts:
        steps = starting.steps(start.program)
        if start.program.app is None and not any(call.spawns for step in steps for call in step.calls):
            continue
        for step in steps:
            if step.apart:
                continue
            alone = start.program.app is None and step.function is step.begun
            calls = tuple(itertools.dropwhile(_is_alone, step.calls)) if alone else step.calls
            yield from (Blocking(start, step, call) for call in calls if call.open and waits(call))


def _is_alone(call: Call) -> bool:
    """Whether nothing else is on the loop of a program without a server up to here, and this isn't come to again."""
    return not call.spawns and not call.looped


def waits(call: Call) -> bool:
    """Whether a call returns only when the other end has answered, or time has passed."""
    if call.awaited:
        return False
    if call.qualified in CALLS:
        return True
    method = call.name.rpartition(".")[2]
    if method not in METHODS.get(call.made or "", ()):
        return False
    # A poll without a timeout to wait for takes what is there.
    return method != "poll" or call.numbers[:1] != (0,)
