"""Which component a name was meant for, when it resolves to nothing: by name, port and protocol."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENGINES = {
    "postgres": ("postgres", "postgis", "timescale", "pgvector"),
    "mysql": ("mysql", "mariadb", "percona"),
    "redis": ("redis", "valkey", "keydb", "dragonfly"),
    "mongodb": ("mongo",),
    "amqp": ("rabbitmq", "lavinmq"),
    "nats": ("nats",),
    "bolt": ("neo4j",),
    "neo4j": ("neo4j",),
    "clickhouse": ("clickhouse",),
    "memcached": ("memcached",),
    "mssql": ("mssql", "azure-sql"),
}
_BESIDE = re.compile(
    r"exporter|express|commander|insight|backup|admin|client|proxy|operator|router|tools|sentinel|migrat|(?:^|[-_])(?:ui|web|gui)"
)
"""What servers that speak to an engine, and aren't one, are called."""
_FAMILY = {"postgresql": "postgres", "mariadb": "mysql", "rediss": "redis", "amqps": "amqp"}


def protocol(scheme: str | None) -> str | None:
    """The engine that a connection string's scheme speaks to; None for schemes that many servers speak."""
    plain = (scheme or "").partition("+")[0]
    family = _FAMILY.get(plain, plain)
    return family if family in _ENGINES else None


def engine(image: str | None) -> str | None:
    """The engine that an image of a known name runs."""
    parts = re.sub(r"(?::[^/]*)?(?:@.*)?$", "", (image or "").lower()).split("/")
    if _BESIDE.search(parts[-1]):
        return None
    for name, marks in _ENGINES.items():
        if any(re.match(rf"{mark}(?:db|d|ql)?\d*(?:$|[-_.])", part) for mark in marks for part in parts):
            return name
    return None


def akin(host: str, name: str) -> bool:
    """Whether two names differ by a prefix, a suffix, a separator or one edit: written for the same component."""
    one, other = _plain(host), _plain(name)
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < 2:  # noqa: PLR2004 - one letter says nothing
        return False
    if longer.endswith("-" + shorter) or longer.startswith(shorter + "-"):
        return True
    return len(shorter) >= 5 and one_edit(shorter, longer)  # noqa: PLR2004 - short names are one edit apart by chance


def nearly(one: str, other: str) -> bool:
    """Whether two names are one but for case, separators, the order of words or one letter; nothing is added."""
    first, second = _plain(one), _plain(other)
    if sorted(first.split("-")) == sorted(second.split("-")):
        return True
    return min(len(first), len(second)) >= 5 and one_edit(first, second)  # noqa: PLR2004 - as above


def meant(name: str, other: str) -> bool:
    """Whether a name was meant for another: akin, and what one of them adds doesn't make it something beside it."""
    return akin(name, other) and bool(_BESIDE.search(name)) == bool(_BESIDE.search(other))


_ROLES = (frozenset({"api", "backend", "be", "server"}), frozenset({"frontend", "fe", "web", "ui", "client"}))


def same_role(one: str, other: str) -> bool:
    """Whether two names are one but for the word for the role at their ends: `shop_api` and `shop_backend`."""
    (first, _, role), (second, _, other_role) = _plain(one).rpartition("-"), _plain(other).rpartition("-")
    return bool(first) and first == second and any({role, other_role} <= roles for roles in _ROLES)


_SERVICE_WORD = re.compile(r"-(?:service|svc|srv|app)$")


def spelled_otherwise(one: str, other: str) -> bool:
    """Whether two names are one but for separators and a word for `service` at the end: `tidehub-svc`, `tide_hub`."""
    first, second = (_SERVICE_WORD.sub("", _plain(name)).replace("-", "") for name in (one, other))
    return len(first) >= 4 and first == second  # noqa: PLR2004 - short names are one by chance


def lengthened(one: str, other: str) -> bool:
    """Whether one name is the other with words behind it."""
    shorter, longer = sorted((_plain(one), _plain(other)), key=len)
    return len(shorter) >= 4 and longer.startswith(shorter + "-")  # noqa: PLR2004 - as above


def nearest(host: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that are akin to a host, all of them."""
    return tuple(name for name in names if akin(host, name))


def _plain(name: str) -> str:
    return re.sub(r"[._]", "-", name.lower()).strip("-")


def one_edit(one: str, other: str) -> bool:
    """Whether two words are one but for a letter more, less, other, or two swapped."""
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) == len(longer):
        swapped = shorter[at + 1 : at + 2] + shorter[at : at + 1] + shorter[at + 2 :]
        return shorter[at + 1 :] == longer[at + 1 :] or swapped == longer[at:]
    return shorter[at:] == longer[at + 1 :]


def slipped(one: str, other: str, shortest: int) -> bool:
    """Whether two names of so many letters are one but for a slip of the hand; their numbers are the same."""
    numbers = re.sub(r"\D", "", one) == re.sub(r"\D", "", other)
    return numbers and min(len(one), len(other)) >= shortest and one_edit(one, other)


def same(host: str, name: str) -> bool:
    """Whether two names are one but for case and separators."""
    return _plain(host) == _plain(name)
