"""What a program sees of a `.env` file that it loads itself, below what its deployment gives.

Source: python-dotenv and pydantic-settings: a variable of the environment stands over one of the file.

Also the ports that a source takes where nobody gives them: `DB_HOST` may be given, `DB_PORT` left to the source.

May import the graph's nouns and dotenv files.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.graph import environment, node_sources, sources
from stackfix.graph.model import Platform
from stackfix.graph.value import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.application import Program
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process
    from stackfix.text import Text


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


def default_ports(graph: Graph, workload: Workload) -> Mapping[str, Text]:
    """The one default of each port variable that nothing gives. Kubernetes may give any by itself (`DB_PORT=tcp://…`)."""
    begun = graph.started(workload)
    composed = workload.deployment.platform is Platform.COMPOSE
    if begun is None or not composed or not graph.environment(workload).complete:
        return {}
    found: dict[str, list[Text]] = {}
    for process in begun.processes:
        for name, text in (*_python(graph, workload, process), *_node(graph, workload, process)):
            if name.upper().endswith("PORT") and text.value.isdigit() and text not in found.setdefault(name, []):
                found[name].append(text)
    return {name: texts[0] for name, texts in found.items() if len(texts) == 1}


def _python(graph: Graph, workload: Workload, process: Process) -> Iterator[tuple[str, Text]]:
    """The defaults of a Python program's variables that nothing gives."""
    program = graph.program_of(workload, process)
    if program is None:
        return
    given = {*seen(graph, workload, process, program).variables, *program.env_writes}
    for read in program.env_reads:
        name = read.name.upper() if read.insensitive else read.name
        text = program.value(read.location.path, read.default).text if read.default is not None else None
        if text is not None and name not in given:
            yield name, text


def _node(graph: Graph, workload: Workload, process: Process) -> Iterator[tuple[str, Text]]:
    """The same of a Node program's."""
    program = node_sources.program(graph, workload, process)
    if program is None:
        return
    given = node_sources.environment_of(sources.files(graph, workload), program, process)
    for read in program.reads if given.complete else ():
        text = read.default.text if read.default is not None else None
        if text is not None and read.name not in given.variables:
            yield read.name, text
