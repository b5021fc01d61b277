"""Names that mean the same though they are spelled another way: `compose.prod.yml`, `docker-compose.production.yaml`.

May import nothing of the graph.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[a-z]+|[0-9]+")
_SAME = {
    "prod": "production", "prd": "production", "dev": "development", "devel": "development", "stage": "staging",
    "stg": "staging", "yml": "yaml", "k8s": "kubernetes", "svc": "service", "db": "database", "env": "environment",
    "config": "configuration", "conf": "configuration",
}  # fmt: skip
_PLURAL = 4
_ROOT = 5
"""Letters that two words begin with alike, before they can be called two forms of one."""


def meaning(name: str) -> tuple[str, ...]:
    """The words of a file's or folder's name in one spelling, in no order; none where the name says nothing."""
    words = _WORD.findall(re.sub(r"k8s", "kubernetes", name.lower()))
    if words[:2] == ["docker", "compose"]:
        words = words[1:]
    return tuple(sorted(_SAME.get(word, _singular(word)) for word in words))


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) >= _PLURAL and not word.endswith("ss") else word


def of(name: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of some paths whose last name means the same as another."""
    wanted = meaning(name)
    others = ((p, posixpath.basename(p)) for p in paths if wanted)
    return tuple(path for path, other in others if other != name and meaning(other) == wanted)


def akin(one: str, other: str) -> bool:
    """Whether two names are forms of one word: `notifier`, `notifications`."""
    if meaning(one) == meaning(other):
        return True
    return len(posixpath.commonprefix([one.lower(), other.lower()])) >= _ROOT
