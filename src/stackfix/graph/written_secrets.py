"""Secrets that are written out in tracked files of production, told by their look: literals for development are none.

May import the graph's nouns, production, secrets and dotenv files.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import environment, production, secrets
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.references import BROWSER_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor
    from stackfix.graph.link import Graph
    from stackfix.text import Text

_PLACEHOLDER = re.compile(
    r"chang|example|your|placeholder|dummy|test|sample|insecure|replace|todo|xxx|secret|passw|default|develop|local|demo|fake"
    r"|123456|abcdef|\$\{|\{\{|<|ENC\[|vault:|op://|arn:",
    re.IGNORECASE,
)
_HASHED = re.compile(r"\$(?:2[aby]|apr1|argon2\w*|pbkdf2\S*|5|6)\$|\{SHA\}")
_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:([^@\s/]+)@")
_REACHED = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/\s@?#]+(?=[/?#]|$)")
"""The scheme, host and port of an address that nobody logs in by: what is secret in it, if anything, comes after."""
_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Written:
    """A secret and where it is written: its name, never its value."""

    name: str
    location: Location
    anchor: Anchor


def written(graph: Graph) -> Iterator[Written]:
    """Every live-looking secret, each written place once."""
    seen: set[Location] = set()
    for one in (*_given(graph), *_objects(graph), *_files(graph)):
        entry = graph.library.tree.entries.get(one.location.path)
        if entry is not None and entry.tracked and one.location not in seen:
            seen.add(one.location)
            yield one


def _given(graph: Graph) -> Iterator[Written]:
    """Values that production gives its containers, where they are written in its own files."""
    for workload in graph.workloads:
        if not production.in_production(workload, graph.policy):
            continue
        for variable in workload.environment.variables.values():
            place = located(variable.value) if variable.value is not None else None
            if variable.value is None or place is None or not _whole(variable.value):
                continue
            own = production.is_production((place.path, workload.namespace), graph.policy)
            if own and live(variable.name, variable.value.value):
                yield Written(variable.name, place, variable.anchor)


def _whole(value: Text) -> bool:
    """Whether a value is written in one file."""
    return len({piece.path for piece in value.pieces}) == 1


def _objects(graph: Graph) -> Iterator[Written]:
    """The entries of Secrets in production, encoded ones too."""
    for cluster in graph.world.clusters:
        for item in cluster.objects:
            if item.kind != "Secret" or item.group or not _is_production(graph, item.location.path, item.space):
                continue
            for field in ("stringData", "data"):
                for key, held in nodes.entries(item.root, field):
                    leaf = held.value
                    if not isinstance(leaf, nodes.Leaf):
                        continue
                    plain = leaf.value if field == "stringData" else _decoded(leaf.value)
                    if plain is not None and live(f"SECRET_{key}", plain):
                        yield Written(key, leaf.location, leaf.anchor)


def _is_production(graph: Graph, path: str, namespace: str) -> bool:
    return production.is_production((path, namespace), graph.policy)


def _decoded(value: str) -> str | None:
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None


def _files(graph: Graph) -> Iterator[Written]:
    """The lines of production's dotenv files."""
    for path in sorted(graph.library.tree.entries):
        if environment.is_dotenv(path) and not environment.is_example(path) and _is_production(graph, path, ""):
            for name, variable in (environment.variables(graph.library, path) or {}).items():
                place = located(variable.value) if variable.value is not None else None
                if variable.value is not None and place is not None and live(name, variable.value.value):
                    yield Written(name, place, variable.anchor)


def live(name: str, value: str) -> bool:
    """Whether a value looks like a secret that opens something: a provider's token, a key, a long random word."""
    upper = name.upper()
    if upper.startswith(BROWSER_PREFIXES) or "PUBLIC" in upper or "PUBLISHABLE" in upper:
        return False
    if _HASHED.search(value):
        return False
    if secrets.is_token(value) and not value.startswith("pk_"):
        return not _PLACEHOLDER.search(value)
    given = _PASSWORD.search(value)
    word = given.group(1) if given is not None else _REACHED.sub("", value, 1) if secrets.secret_name(name) else ""
    return len(word) >= _LENGTH and not _PLACEHOLDER.search(word) and secrets.is_random(word)
