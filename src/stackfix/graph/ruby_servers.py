"""What Rails and Puma bind: their command, Puma's configuration, and the environment that Rails runs in.

Sources: `rails server --help` (localhost in development, every address else; `-b`, BINDING), Puma's DSL (`port`,
`bind`; a port without a host takes the one that Rails gives).

May import the graph's nouns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import sources, started
from stackfix.graph.command import literal
from stackfix.graph.model import NOTHING_KNOWN, Listening, Witness
from stackfix.graph.started import Bind, Listens
from stackfix.graph.value import Hole, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process

_COMMENT = re.compile(r"(?m)^[ \t]*#.*$|[ \t]#[ \t].*$")
_PORT = re.compile(
    r"(?m)^port[ (]+(?:(?P<plain>\d{2,5})"
    r"|ENV\.fetch\(\s*[\"'](?P<name>\w+)[\"']\s*(?:,\s*[\"']?(?P<second>\d{2,5})[\"']?\s*)?\)"
    r"(?:\s*\{\s*[\"']?(?P<block>\d{2,5})[\"']?\s*\})?"
    r"|ENV\[[\"'](?P<read>\w+)[\"']\]\s*\|\|\s*[\"']?(?P<else>\d{2,5})[\"']?)\)?[ \t]*\r?$"
)
_BIND = re.compile(r"(?m)^bind[ (]+[\"']tcp://(?P<host>[\w.]+|\[::\]):(?P<port>\d{2,5})[\"']\)?[ \t]*\r?$")
_ANY = re.compile(
    r"(?m)\b(?:port|bind|ssl_bind|activate_control_app|set_default_host|bind_to_activated_sockets)\b(?!:)"
)


def listening(graph: Graph, workload: Workload, begun: Process) -> Listening | None:
    """What Rails' or Puma's server binds; None for any other process."""
    if begun.tool not in {"rails", "puma"} or begun.listens not in {Listens.COMMAND, Listens.CONFIGURATION}:
        return None
    host = _host(begun)
    given = begun.binds[0] if begun.binds else Bind(None)
    bind: Bind | None = Bind(given.port, given.host or host, witness=given.witness)
    if begun.listens is Listens.CONFIGURATION and given.port is None:
        path = sources.files(graph, workload).lookup(begun.configuration or "")
        text = graph.library.text(path) if isinstance(path, str) else None
        bind = _of_puma(text, given.host or host) if text is not None else None
    found = started.endpoint(bind, begun, begun.environment) if bind is not None else None
    return NOTHING_KNOWN if found is None else Listening((found,), known=True)


def _host(begun: Process) -> Template | None:
    """Where the server listens without being told: Rails keeps to itself while it is being developed."""
    if begun.tool != "rails":
        return None
    seen = begun.environment
    words = [literal(word) or "" for word in begun.words]
    told = next((words[i + 1] for i, w in enumerate(words[:-1]) if w in {"-e", "--environment"}), None)
    for name in ("RAILS_ENV", "RACK_ENV"):
        variable = seen.get(name)
        if told is None and variable is not None and (variable.value is None or variable.value.value):
            told = variable.value.value if variable.value is not None else "?"
    kept = any(seen.get(name) is not None for name in ("BINDING", "HOST"))
    if kept or not seen.complete or told not in {None, "development"}:
        return None
    return Template.literal(Text.unwritten("localhost"))


def _of_puma(text: Text, host: Template | None) -> Bind | None:
    """The one `port` or `bind` of Puma's configuration; None where there are more, or others."""
    whole = _COMMENT.sub(lambda m: " " * len(m[0]), text.value)
    if len(_ANY.findall(whole)) != 1:
        return None
    bound = _BIND.search(whole)
    if bound is not None:
        port, own = (Template.literal(text.slice(*bound.span(group))) for group in ("port", "host"))
        return Bind(port, own, witness=Witness.CONFIGURATION)
    found = _PORT.search(whole)
    if found is None:
        return None
    number = next((text.slice(*found.span(g)) for g in ("plain", "second", "block", "else") if found[g]), None)
    name = found["name"] or found["read"]
    default = Template.literal(number) if number is not None else None
    return Bind(Template((Hole(name, default),)) if name else default, host, witness=Witness.SOURCE)
