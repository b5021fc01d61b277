"""Which paths of an application are named after health."""

from __future__ import annotations

import re

_LAST = re.compile(
    r"(?:^|[/_.-])(?:health|healthz|healthcheck|health-check|health_check|livez?|liveness|readyz?|readiness|ping|alive"
    r"|status|up|heartbeat)/?$"
)
_WORD = re.compile(
    r"(?i:health|heartbeat)"
    r"|(?<![A-Za-z])(?i:(?:is[_-]?)?(?:ready|readiness|live|liveness|ping|status|alive)z?)(?![a-z])"
    r"|(?<=[a-z])(?:Ready|Readiness|Live|Liveness|Ping|Status|Alive)(?![a-z])"
)
_VARIABLE = re.compile(r"[{<*(]")


def is_health(path: str) -> bool:
    """Whether a path ends in a word for health and has no variable part: a check may ask for it."""
    return _LAST.search(path) is not None and _VARIABLE.search(path) is None


def ends_in_health(path: str) -> bool:
    """Whether a path ends in a word for health."""
    return _LAST.search(path) is not None


def speaks_of_health(path: str) -> bool:
    """Whether any word of a path may mean health, and it has no variable part: it may look at what is needed."""
    return _WORD.search(path) is not None and _VARIABLE.search(path) is None
