"""What a program sees of a `.env` file that it loads itself, below what its deployment gives.

Source: python-dotenv and pydantic-settings: a variable of the environment stands over one of the file.

May import the graph's nouns and dotenv files.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.graph import environment, sources
from stackfix.graph.value import Environment

if TYPE_CHECKING:
    from stackfix.graph.application import Program
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process


def seen(graph: Graph, workload: Workload, process: Process, program: Program) -> Environment:
    """The environment of a process with the files of the container that its source loads."""
    names = {read.env_file for read in program.env_reads if read.env_file is not None}
    names |= {".env"} if program.dotenv else set()
    entry = process.entry.path if process.entry is not None else None
    folders = {process.folder, posixpath.dirname(entry) if entry is not None else None} - {None}
    if not names or not folders:
        return process.environment
    files = sources.files(graph, workload)
    found = process.environment
    for place in sorted(posixpath.join(folder or "/", name) for folder in folders for name in names):
        path = files.lookup(place)
        given = environment.variables(graph.library, path) if isinstance(path, str) else None
        if given is not None:
            found = Environment(given).under(found)
    return found
