"""What one service of a Compose file names: other services, and networks, volumes, configs, secrets of the project.

Source: the Compose specification; a name that isn't defined stops the whole project.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import located
from stackfix.formats import yaml
from stackfix.graph import compose_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.compose_file import Part
    from stackfix.graph.library import Library
    from stackfix.text import Text

_VOLUME = re.compile(r"([A-Za-z0-9][\w.-]+):/")
_OFF = frozenset({"false", "no"})


@dataclass(frozen=True, slots=True)
class Named:
    """One naming. `by` is the key that names, `kind` what is named, `service` the one who does.

    `others` are further names under the same key, `elsewhere` what the file that it speaks of defines.
    """

    by: str
    kind: str
    text: Text
    location: Location
    anchor: Anchor
    service: str
    others: frozenset[str] = frozenset()
    elsewhere: frozenset[tuple[str, str]] = frozenset()


def named(part: Part, library: Library) -> Iterator[Named]:
    """Everything that a service names, names with variables left out."""
    yield from _list(part, "depends_on", "service")
    yield from _list(part, "links", "service", cut=":")
    yield from _list(part, "volumes_from", "service", cut=":")
    yield from _mode(part)
    yield from _extended(part, library)
    yield from _list(part, "networks", "network")
    for key, kind in (("configs", "config"), ("secrets", "secret")):
        yield from _list(part, key, kind)
    yield from _volumes(part)


def _made(part: Part, key: str, kind: str, text: Text, *steps: str | int) -> Named | None:
    place = located(text, "named here")
    if place is None or not text.value or "$" in text.value:
        return None
    return Named(key, kind, text, place, part.anchor.child(*(steps or (key,))), part.name.value)


def _list(part: Part, key: str, kind: str, cut: str = "") -> Iterator[Named]:
    """The names of a list, or the keys of a mapping."""
    node = yaml.get(part.node, key)
    if node is None or node.tag == "!reset":
        return
    found = tuple(_texts(node, cut))
    for step, text in found:
        one = _made(part, key, kind, text, key, step)
        if one is not None and not (key == "networks" and text.value == "default"):
            others = frozenset(t.value for _, t in found if t is not text)
            yield Named(key, kind, one.text, one.location, one.anchor, one.service, others)


def _texts(node: yaml.Node, cut: str) -> Iterator[tuple[str | int, Text]]:
    for item in yaml.items(node) if isinstance(node, yaml.Mapping) else ():
        needed = yaml.get(item.value, "required")
        if isinstance(item.key, yaml.Scalar) and not (isinstance(needed, yaml.Scalar) and needed.value in _OFF):
            yield item.key.value, item.key.text
    for index, entry in enumerate(node.items if isinstance(node, yaml.Sequence) else ()):
        item_ = yaml.deref(entry)
        inner = yaml.get(item_, "source") if isinstance(item_, yaml.Mapping) else item_
        if not isinstance(inner, yaml.Scalar) or (cut and inner.value.startswith("container:")):
            continue
        end = inner.value.find(cut) if cut else -1
        yield index, inner.text if end < 0 else inner.text.slice(0, end)


def _mode(part: Part) -> Iterator[Named]:
    for key in ("network_mode", "pid", "ipc"):
        node = yaml.get(part.node, key)
        if isinstance(node, yaml.Scalar) and node.value.startswith("service:"):
            one = _made(part, key, "service", node.text.slice(len("service:"), len(node.text)))
            if one is not None:
                yield one


def _extended(part: Part, library: Library) -> Iterator[Named]:
    """The service that another is made from, in its own file or another."""
    node = yaml.get(part.node, "extends")
    name = yaml.get(node, "service") if isinstance(node, yaml.Mapping) else node
    written = yaml.get(node, "file") if isinstance(node, yaml.Mapping) else None
    path = part.path
    if isinstance(written, yaml.Scalar):
        path = tree.join(posixpath.dirname(part.path), written.value)
    file = library.get(path, compose_file.facts)
    if not isinstance(name, yaml.Scalar) or file is None:
        return
    one = _made(part, "extends", "service", name.text)
    if one is not None:
        there = frozenset(pair for pair in file.defined if pair[0] == "service")
        yield Named(one.by, one.kind, one.text, one.location, one.anchor, one.service, frozenset(), there)


def _volumes(part: Part) -> Iterator[Named]:
    node = yaml.get(part.node, "volumes")
    for index, entry in enumerate(node.items if isinstance(node, yaml.Sequence) else ()):
        item = yaml.deref(entry)
        text = None
        if isinstance(item, yaml.Scalar) and (match := _VOLUME.match(item.value)):
            text = item.text.slice(*match.span(1))
        elif isinstance(item, yaml.Mapping) and _is_volume(item):
            source = yaml.get(item, "source")
            text = source.text if isinstance(source, yaml.Scalar) else None
        one = _made(part, "volumes", "volume", text, "volumes", index) if text is not None else None
        if one is not None:
            yield one


def _is_volume(node: yaml.Mapping) -> bool:
    kind = yaml.get(node, "type")
    return isinstance(kind, yaml.Scalar) and kind.value == "volume"
