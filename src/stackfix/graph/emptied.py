"""nginx's own variables that a start script empties: `envsubst` without a list fills every `$name` of a template.

Source: GNU envsubst's manual.

May import the graph's nouns, container and scripts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import container, script

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.text import Text

_BARE = re.compile(r"(?m)^[ \t]*(?P<word>envsubst)[ \t]*<[ \t]*(?P<source>/[\w./-]+)[ \t]*>[ \t]*/etc/nginx/[\w./-]+")
_SETS = re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?(\w+)=")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_COMMENT = re.compile(r"(?m)^[ \t]*#.*$")
_UPGRADE = re.compile(r"(?m)^[ \t]*proxy_set_header[ \t]+Upgrade[ \t]+(?P<value>\$\{?http_upgrade\}?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Emptied:
    """A handshake that a template sends on and that nothing is left of once it is rendered.

    `value` is where the template takes the client's header, `word` the `envsubst` that empties it. `names` are the
    variables of the template that are to be filled.
    """

    workload: Workload
    value: Text
    word: Text
    names: tuple[str, ...]


def emptied(graph: Graph) -> Iterator[Emptied]:
    """Every handshake that a start script empties."""
    scripts = tuple(_scripts(graph))
    for workload in graph.running if scripts else ():
        held = container.files(graph, workload).held()
        here = set(held.values())
        for path, text in scripts:
            if path in here:
                yield from _by(graph, workload, held, text)


def _scripts(graph: Graph) -> Iterator[tuple[str, Text]]:
    for path, entry in sorted(graph.library.tree.entries.items()):
        if not entry.wiring or not script.is_script(path):
            continue
        data = graph.library.sources.read(path)
        text = graph.library.text(path) if data is not None and b"envsubst" in data else None
        if text is not None and _BARE.search(text.value):
            yield path, text


def _by(graph: Graph, workload: Workload, held: Mapping[str, str], text: Text) -> Iterator[Emptied]:
    given = {*graph.environment(workload).variables, *_SETS.findall(text.value)}
    for match in _BARE.finditer(text.value):
        path = held.get(match["source"])
        template = graph.library.text(path) if path is not None else None
        if template is None:
            continue
        written = _COMMENT.sub(lambda m: " " * len(m[0]), template.value)
        used = dict.fromkeys(one or other for one, other in _VARIABLE.findall(written))
        upgrade = _UPGRADE.search(written)
        word = text.group(match, "word")
        value = template.group(upgrade, "value") if upgrade is not None else None
        if word is not None and value is not None and "http_upgrade" not in given:
            yield Emptied(workload, value, word, tuple(n for n in used if n in given or n.isupper()))
