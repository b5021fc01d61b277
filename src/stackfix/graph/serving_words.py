"""The command that serves an application which no script of its own starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import application, container
from stackfix.graph.model import Says

if TYPE_CHECKING:
    from stackfix.graph.entry_candidates import Candidate
    from stackfix.graph.entry_points import Missing
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

_ASGI = frozenset({"fastapi", "starlette", "quart", "litestar"})
_SERVER = re.compile(r"(?im)\buvicorn\b|fastapi\[(?:standard|all)\]")
_LISTS = re.compile(r"(?:^|/)(?:requirements[^/]*\.(?:txt|in)|pyproject\.toml|Pipfile|setup\.(?:py|cfg))$")
_PLAIN = 2  # the interpreter and the file


def served(graph: Graph, workload: Workload, missing: Missing) -> tuple[str, ...] | None:
    """`python -m uvicorn module:app …` in place of `python file.py`, on the port that is said of the workload.

    None where the command is more than that, uvicorn may not be installed, or nobody says which port.
    """
    candidate = missing.candidates[0]
    words = container.plain_words(missing.process, container.files(graph, workload))
    if words is None or len(words) != _PLAIN:
        return None
    if candidate.module is None or candidate.app is None or not _asgi(graph, candidate):
        return None
    port = said(graph, workload)
    if port is None or not _installed(graph, workload):
        return None
    served_as = f"{candidate.module}:{candidate.app}"
    return (words[0], "-m", "uvicorn", served_as, "--host", "0.0.0.0", "--port", str(port))  # noqa: S104 - a container's


def _asgi(graph: Graph, candidate: Candidate) -> bool:
    known = graph.library.get(candidate.path, application.facts)
    return known is not None and any(o.name == candidate.app and o.framework in _ASGI for o in known.objects)


def _installed(graph: Graph, workload: Workload) -> bool:
    """Whether some list of requirements below the build's context names the server."""
    build = graph.build_of(workload)
    paths = [p for p in graph.library.tree.below(build.context) if _LISTS.search(p)] if build is not None else []
    texts = (graph.library.text(path) for path in paths)
    return any(text is not None and _SERVER.search(text.value) for text in texts)


def said(graph: Graph, workload: Workload) -> int | None:
    """The one port that all deployments of a workload's image declare, else its EXPOSE; None where they differ."""
    build = graph.build_of(workload)
    same = [w for w in graph.workloads if build is not None and graph.build_of(w) == build] or [workload]
    ports = {d.port for w in same for d in w.declarations if d.protocol == "tcp"}
    if not ports:
        image = graph.image(workload)
        ports = {d.port for d in image.exposes if d.says is Says.IMAGE_EXPOSE} if image is not None else set()
    return ports.pop() if len(ports) == 1 else None
