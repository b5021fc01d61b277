"""Programs that ask a service again and again until it answers, in a loop or by a decorator of their own source.

What such a program is started after needn't be ready. May import the graph's nouns, calling, engines and unasked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import engines, unasked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

_LOOP = re.compile(
    r"(?m)^(?P<indent>[ \t]*)(?:while\b[^\n]*|(?:async )?for\b[^\n]*\brange\([^\n]*):[ \t]*(?:#[^\n]*)?\r?$"
)
_DECORATED = re.compile(
    r"(?m)^(?P<indent>[ \t]*)@(?:\w+\.)*(?:retry|retrying|backoff\.on_exception|on_exception)\b[^\n]*\n(?:[^\n]*\n)*?"
    r"(?P=indent)(?:async )?def\b[^\n]*"
)
_OPENS = re.compile(
    r"\b(?:connect\w*|create_pool|get_(?:async_)?client|from_url|ping|MongoClient|\w*Elasticsearch|OpenSearch|create_all"
    r"|BlockingConnection|(?:Kafka|AIOKafka)?(?:Consumer|Producer|AdminClient)|list_topics|Cluster|Redis|Client)\s*\("
)
"""Calls that come back only where somebody answers."""
_LEAVES = re.compile(r"(?m)^[ \t]*(?:break|return)\b")
_PAUSES = re.compile(r"\bsleep|\bwait|\bbackoff|_or_stop\(")
_WORDS = {
    "postgres": r"postgres|psycopg|asyncpg|\bpg|database|\bdb\b|_db|db_|engine|conn",
    "mysql": r"mysql|maria|database|\bdb\b|_db|db_|engine|conn",
    "mongodb": r"mongo",
    "redis": r"redis|valkey",
    "amqp": r"amqp|pika|rabbit|broker",
}
_BROKERS = re.compile(r"kafka|redpanda")


def tries_again(graph: Graph, workload: Workload, target: Workload) -> bool:
    """Whether a Python program of a workload holds out until another answers, in so many words."""
    spoken = re.compile(_spoken(graph, target), re.IGNORECASE)
    blocks = (b for program in graph.programs(workload) for path in program.paths for b in _kept(graph.library, path))
    return any(spoken.search(block) for block in blocks)


def _spoken(graph: Graph, target: Workload) -> str:
    """What a source calls a service by: its names, and what belongs to its engine."""
    engine = engines.engine(graph, target)
    words = _WORDS.get(engine or "")
    image = target.image.value if target.image is not None else ""
    if _BROKERS.search(f"{target.name} {image}"):
        words = r"kafka|bootstrap|Consumer|Producer"
    return "|".join(filter(None, (unasked.names_of(target), words)))


def _kept(library: Library, path: str) -> tuple[str, ...]:
    return library.remember(("tried again", path), lambda: tuple(_blocks(library, path)))


def _blocks(library: Library, path: str) -> Iterator[str]:
    """The loops that end when a connection is there, and the functions that are called again where they fail."""
    text = library.text(path)
    if text is None or not _OPENS.search(text.value):
        return
    for match in _LOOP.finditer(text.value):
        block = _body(text.value, match.end(), match["indent"])
        opened = _OPENS.search(block)
        if opened is not None and "except" in block and _PAUSES.search(block) and _LEAVES.search(block, opened.end()):
            yield block
    for match in _DECORATED.finditer(text.value):
        block = _body(text.value, match.end(), match["indent"])
        if _OPENS.search(block):
            yield block


def _body(text: str, start: int, indent: str) -> str:
    """The lines under a statement that stand further in."""
    deeper = re.compile(rf"(?:\n(?:{re.escape(indent)}[ \t]+\S[^\n]*|[ \t\r]*(?=\n|\Z)))*")
    match = deeper.match(text, start)
    return match[0] if match is not None else ""
