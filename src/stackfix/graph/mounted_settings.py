"""Addresses in configuration files that Compose mounts into a service: YAML, JSON and Java properties.

A file says what it reaches in pairs of host and port, as host:port, or in URLs. What a browser uses, what the process
itself binds and what others are told to call it by are left out by the names of their keys.

May import the graph's nouns, address, kinship and formats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.formats import yaml
from stackfix.graph import address, kinship
from stackfix.graph.model import Place, Platform, Reference, Writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address, Declaration, Workload
    from stackfix.text import Text

_YAML = (".yaml", ".yml", ".json")
_PROPERTIES = ".properties"
_LINE = re.compile(r"(?m)^[ \t]*(?P<key>[\w.-]+)[ \t]*[=:][ \t]*(?P<value>[^\s#][^\r\n]*?)[ \t]*\r?$")
_HOST_KEY = re.compile(r"(?P<prefix>.*?)(?P<part>host|hostname|hosts|server|addr|address)", re.IGNORECASE)
_NOT_CALLED = re.compile(
    r"public|extern|advertis|origin|cors|redirect|callback|allow|issuer|browser|listen|bind|health|front|web_?ui|base_?url"
    r"|site|home|domain|self|local|metrics|expose|href|^links?$|link_?patterns?|^menu",
    re.IGNORECASE,
)
_LINKS = frozenset({"url", "link", "to"})
_SHOWN = frozenset({"label", "text", "title", "tooltip", "icon", "newWindow", "targetBlank", "urlDisplayLabel"})
"""What stands beside an address that is shown to be clicked: the browser opens it."""
_BROWSED = frozenset({"direct", "browser"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One address of a mounted file, as the service that it is mounted into uses it. `keys` lead to it."""

    reference: Reference
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Astray:
    """An address that stays in its own container, and the sibling that was meant, with its port inside the network."""

    reference: Reference
    sibling: Workload
    mapping: Declaration


def settings(graph: Graph, workload: Workload) -> Iterator[Setting]:
    """Every address of the files that are mounted into a Compose service."""
    if workload.deployment.platform is not Platform.COMPOSE:
        return
    for source in dict.fromkeys(m.source for m in workload.mounts if m.source is not None):
        for keys, found, anchor in read(graph.library, source):
            place = located(found.host)
            if place is not None:
                yield Setting(
                    Reference(
                        found, found.host, place, anchor, Writing.APPLICATION_CONFIG, Place.CONTAINER, workload,
                        variable=None,
                    ),
                    keys,
                )  # fmt: skip


def read(library: Library, path: str) -> tuple[tuple[tuple[str, ...], Address, Anchor], ...]:
    """The addresses of one file with the keys that lead to them."""
    if not library.tree.is_file(path) or not path.endswith((*_YAML, _PROPERTIES)):
        return ()
    return library.remember(("mounted settings", path), lambda: tuple(_read(library, path)))


def _read(library: Library, path: str) -> Iterator[tuple[tuple[str, ...], Address, Anchor]]:
    if path.endswith(_PROPERTIES):
        text = library.text(path)
        for match in _LINE.finditer(text.value) if text is not None else ():
            value = text.slice(*match.span("value")) if text is not None else None
            found = _address(value) if value is not None else None
            if found is not None:
                yield tuple(match["key"].split(".")), found, Anchor(path, "text", name=match["key"])
        return
    for document in library.get(path, yaml.read) or ():
        yield from _within(document.root, (), Anchor(path, "yaml", (document.index,)))


def _within(
    node: yaml.Node | None, keys: tuple[str, ...], anchor: Anchor
) -> Iterator[tuple[tuple[str, ...], Address, Anchor]]:
    node = yaml.deref(node) if node is not None else None
    if isinstance(node, yaml.Mapping):
        for key, value in _entries(node):
            paired = _paired(node, key, value)
            if paired is not None:
                yield (*keys, key), paired, anchor.child(key)
            else:
                yield from _within(value, (*keys, key), anchor.child(key))
    elif isinstance(node, yaml.Sequence):
        for index, inner in enumerate(node.items):
            yield from _within(inner, keys, anchor.child(index))
    elif isinstance(node, yaml.Scalar) and (found := _address(node.text)) is not None:
        yield keys, found, anchor


def _entries(node: yaml.Mapping) -> Iterator[tuple[str, yaml.Node]]:
    """The entries of a mapping; none where it says that a browser asks (Grafana's data sources)."""
    access = yaml.get(node, "access")
    if isinstance(access, yaml.Scalar) and access.value in _BROWSED:
        return
    entries = [(key.value, i.value) for i in yaml.items(node) if isinstance(key := yaml.deref(i.key), yaml.Scalar)]
    shown = any(key in _SHOWN for key, _ in entries)
    yield from (entry for entry in entries if not (shown and entry[0] in _LINKS))


def _paired(node: yaml.Mapping, key: str, value: yaml.Node) -> Address | None:
    """A host whose port stands beside it under a key of the same kind."""
    match = _HOST_KEY.fullmatch(key)
    host = yaml.deref(value)
    if match is None or not isinstance(host, yaml.Scalar):
        return None
    for name in (match["prefix"] + "port", match["prefix"] + "Port", match["prefix"] + "PORT"):
        port = yaml.get(node, name)
        if isinstance(port, yaml.Scalar) and port.value.isdecimal() and port.text.place is not None:
            found = address.bare(host.text)
            return None if found is None else replace(found, port=int(port.value), port_text=port.text)
    return None


def _address(text: Text) -> Address | None:
    """A value that is one URL or host:port with a port."""
    found = address.url(text) or address.pair(text)
    return found if found is not None and found.port_text is not None else None


# --- what stays inside -----------------------------------------------------------------------------------------------


def astray(graph: Graph) -> Iterator[Astray]:
    """Every address at loopback whose port a sibling publishes or has, and which names that sibling besides.

    It names it by a key, or by a number that is nothing but the sibling's published port.
    """
    for workload in graph.workloads:
        for setting in settings(graph, workload):
            host = setting.reference.address.host.value
            if address.is_loopback(host) and not workload.network_mode and not _is_own(graph, workload, setting):
                found = _sibling(graph, workload, setting)
                if found is not None:
                    yield Astray(setting.reference, *found)


def _is_own(graph: Graph, workload: Workload, setting: Setting) -> bool:
    """Whether the process itself may be meant, or what others call it by."""
    port = setting.reference.address.port
    if any(_NOT_CALLED.search(key) for key in setting.keys):
        return True
    declared = {d.port for d in workload.declarations} | {d.published for d in workload.declarations}
    return port in declared or port in graph.settled(workload).ports


def _sibling(graph: Graph, workload: Workload, setting: Setting) -> tuple[Workload, Declaration] | None:
    port = setting.reference.address.port
    found = {
        (other, mapping)
        for other in graph.names.neighbours(workload)
        if other.deployment is workload.deployment and other is not workload and other.profiles <= workload.profiles
        for mapping in other.declarations
        if mapping.protocol == "tcp" and port in {mapping.published, mapping.port}
    }
    if len({other for other, _ in found}) != 1 or len({mapping.port for _, mapping in found}) != 1:
        return None
    other, mapping = min(found, key=lambda pair: pair[1].location.span.start)
    settled = graph.settled(other)
    if settled.known and mapping.port not in settled.ports:
        return None
    named = any(_names(key, other) for key in setting.keys) or _speaks(setting, other)
    return (other, mapping) if named or port != mapping.port else None


def _names(key: str, workload: Workload) -> bool:
    image = workload.image.value if workload.image is not None else None
    engine = kinship.engine(image)
    return kinship.akin(key, workload.name) or (engine is not None and kinship.akin(key, engine))


def _speaks(setting: Setting, workload: Workload) -> bool:
    """Whether a URL's scheme is the protocol of the sibling."""
    spoken = kinship.protocol(setting.reference.address.scheme)
    return spoken is not None and spoken == kinship.engine(workload.image.value if workload.image is not None else None)
