"""Which files describe production: by configuration, else by a file, folder or namespace called prod…."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.policy import Policy

_PRODUCTION = re.compile(r"(?:^|[/._-])prod(?:uction)?(?:$|[/._-])", re.IGNORECASE)


def is_production(names: Iterable[str], policy: Policy) -> bool:
    """Whether any of these paths or namespaces means production. Unknown is not production."""
    if policy.production:
        return any(
            fnmatchcase(name, glob) or name == glob or name.startswith(glob.rstrip("/") + "/")
            for name in names
            for glob in policy.production
        )
    return any(_PRODUCTION.search(name) for name in names)
