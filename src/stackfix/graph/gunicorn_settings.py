"""What gunicorn binds by its configuration file, which is a module of Python: `bind`, else its own default.

Source: gunicorn's documentation of settings: `-c FILE`, `-c python:MODULE`, `gunicorn.conf.py` in the working folder.

May import the graph's nouns and the readers of Python.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph import sources, started
from stackfix.graph.model import NOTHING_KNOWN, Listening, Witness
from stackfix.graph.python_names import Names
from stackfix.graph.python_serving import split_address
from stackfix.graph.started import Bind, Listens
from stackfix.graph.value import Hole, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.container import Files
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Endpoint, Workload
    from stackfix.graph.started import Process

_BIND = re.compile(r"\bbind\b")
_OF_MODULE = re.compile(r"(?m)^bind\b")
_MODULE = "python:"


def listening(graph: Graph, workload: Workload, begun: Process) -> Listening | None:
    """What a gunicorn binds that leaves it to its configuration; None for any other process."""
    if begun.tool != "gunicorn" or begun.listens is not Listens.CONFIGURATION or begun.configuration is None:
        return None
    if begun.environment.get("GUNICORN_CMD_ARGS") is not None:
        return NOTHING_KNOWN
    seen = sources.files(graph, workload)
    found = _addresses(graph, seen, begun, begun.configuration)
    ends = [_endpoint(one, begun) for one in found or ()]
    certain = tuple(dict.fromkeys(end for end in ends if end is not None))
    return Listening(certain, known=True) if certain and None not in ends else NOTHING_KNOWN


def _addresses(graph: Graph, seen: Files, begun: Process, configuration: str) -> tuple[Template | Bind, ...] | None:
    folder, name = posixpath.split(configuration)
    if name.startswith(_MODULE):
        configuration = posixpath.join(folder, name.removeprefix(_MODULE).replace(".", "/") + ".py")
    path = seen.lookup(configuration)
    if not isinstance(path, str):
        return None
    roots = tuple(r for r in (seen.folder(folder), seen.folder(begun.folder or "/")) if r is not None)
    names = Names(graph.library, roots)
    known, text = names.facts(path), graph.library.text(path)
    if known is None or text is None:
        return None
    listed = known.lists.get("bind")
    given = known.constants.get("bind")
    values = listed if listed is not None else (given,) if given is not None else ()
    resolved = tuple(names.value(path, value) for value in values)
    if known.dotenv and any(value.holes for value in resolved):
        return None
    if resolved:
        return resolved if _OF_MODULE.search(text.value) else None
    return None if _BIND.search(text.value) else (_default(begun),)


def _default(begun: Process) -> Bind:
    """Without a bind, gunicorn takes PORT on every address, else 127.0.0.1:8000."""
    if begun.environment.get("PORT") is not None or not begun.environment.complete:
        return Bind(Template((Hole("PORT"),)), None, "PORT")
    loopback = Template.literal(Text.unwritten("127.0.0.1"))
    return Bind(Template.literal(Text.unwritten("8000")), loopback, "PORT", "PORT")


def _endpoint(found: Template | Bind, begun: Process) -> Endpoint | None:
    if isinstance(found, Bind):
        return started.endpoint(found, begun, begun.environment)
    host, port = split_address(found)
    if host is None and port is not None and port.text is None:
        # A variable that holds the whole address.
        value = found.fill(begun.environment)
        host, port = split_address(Template.literal(value.text)) if value is not None else (None, None)
    return started.endpoint(Bind(port, host, witness=Witness.SOURCE), begun, begun.environment)
