"""Which files describe production: by configuration, else by a file, folder or namespace called prod…."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.graph.model import Workload
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


def in_production(workload: Workload, policy: Policy) -> bool:
    """Whether a workload runs in production, by its deployment, the file that writes it down, or its namespace."""
    names = (workload.location.path, workload.namespace, *workload.deployment.paths)
    return workload.deployment.production or is_production(names, policy)


def is_laid_over(workload: Workload, policy: Policy) -> bool:
    """Whether what is written of a workload serves elsewhere, too: production is a file laid over its own."""
    own = workload.location.path
    others = [path for path in workload.deployment.paths if path != own]
    return is_production(others, policy) and not is_production((own,), policy)
