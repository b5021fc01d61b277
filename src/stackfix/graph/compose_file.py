"""One Compose file: what its top level holds, and whether it is one at all.

Source: the Compose specification (compose-spec/spec.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Anchor
from stackfix.formats import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.text import Text

_SERVICE_KEYS = frozenset(
    (
        *("image", "build", "command", "entrypoint", "environment", "env_file", "ports", "expose", "networks", "links"),
        *("depends_on", "volumes", "restart", "container_name", "healthcheck", "profiles", "extends", "labels"),
        *("deploy", "network_mode", "working_dir", "user", "privileged", "logging"),
    )
)
_OTHER_TOP_KEYS = frozenset({"apiVersion", "kind", "jobs", "on", "stages", "steps", "envVarGroups"})


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one file says of one service. `folder` is what its relative paths are seen from, None for the project's."""

    path: str
    name: Text
    node: yaml.Node
    anchor: Anchor
    folder: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NetworkEntry:
    """One entry of the top-level `networks`. `real_name` is its `name:`, else None."""

    key: str
    external: bool
    real_name: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Include:
    """One entry of `include`, as written: a project of its own, in `folder` (None: that of the first path).

    `env_files` are what its variables are filled from (none: `.env` of its folder).
    """

    paths: tuple[str, ...]
    folder: str | None = None
    env_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ComposeFile:
    """The parts of a Compose file, as written. `defined` are the kinds and names of all that it defines."""

    path: str
    services: tuple[Part, ...]
    networks: tuple[NetworkEntry, ...]
    name: str | None
    includes: tuple[Include, ...]
    defined: frozenset[tuple[str, str]] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether every service says what it runs: a fragment doesn't, and is complete only inside a combination."""
        return all(
            any(yaml.find(part.node, key) for key in ("image", "build", "extends", "provider"))
            for part in self.services
        )


def facts(text: Text) -> ComposeFile | None:
    """The Compose file, or None where the YAML is something else."""
    path = text.pieces[0].path or "" if text.pieces else ""
    documents = yaml.read(text)
    if len(documents) != 1 or not isinstance(documents[0].root, yaml.Mapping):
        return None
    root = documents[0].root
    if any(yaml.find(root, key) for key in _OTHER_TOP_KEYS):
        return None
    services = _services(root, path)
    includes = _includes(root)
    if not includes and not _looks_like_services(services):
        return None
    defined = frozenset(_defined(root))
    return ComposeFile(path, services, _networks(root), _scalar(yaml.get(root, "name")), includes, defined)


def _defined(root: yaml.Mapping) -> Iterator[tuple[str, str]]:
    for key in ("services", "networks", "volumes", "configs", "secrets"):
        for item in yaml.items(yaml.get(root, key)):
            if isinstance(item.key, yaml.Scalar):
                yield key[:-1], item.key.value


def _looks_like_services(services: tuple[Part, ...]) -> bool:
    return any(
        isinstance(item.key, yaml.Scalar) and item.key.value in _SERVICE_KEYS
        for part in services
        for item in yaml.items(part.node)
    )


def _services(root: yaml.Mapping, path: str) -> tuple[Part, ...]:
    found = yaml.get(root, "services")
    if not isinstance(found, yaml.Mapping):
        return ()
    return tuple(
        Part(path, item.key.text, yaml.deref(item.value), Anchor(path, "yaml", (0, "services", item.key.value)))
        for item in yaml.items(found)
        if isinstance(item.key, yaml.Scalar) and isinstance(yaml.deref(item.value), yaml.Mapping)
    )


def _networks(root: yaml.Mapping) -> tuple[NetworkEntry, ...]:
    found = yaml.get(root, "networks")
    if not isinstance(found, yaml.Mapping):
        return ()
    return tuple(_network(item) for item in yaml.items(found) if isinstance(item.key, yaml.Scalar))


def _network(item: yaml.Item) -> NetworkEntry:
    assert isinstance(item.key, yaml.Scalar)
    node = yaml.deref(item.value)
    name = _scalar(yaml.get(node, "name")) if isinstance(node, yaml.Mapping) else None
    external = yaml.get(node, "external") if isinstance(node, yaml.Mapping) else None
    if isinstance(external, yaml.Mapping):
        return NetworkEntry(item.key.value, external=True, real_name=_scalar(yaml.get(external, "name")) or name)
    return NetworkEntry(item.key.value, external=_scalar(external) == "true", real_name=name)


def _includes(root: yaml.Mapping) -> tuple[Include, ...]:
    found = yaml.get(root, "include")
    if not isinstance(found, yaml.Sequence):
        return ()
    return tuple(_include(yaml.deref(entry)) for entry in found.items)


def _include(node: yaml.Node) -> Include:
    if not isinstance(node, yaml.Mapping):
        return Include(_scalars(node))
    return Include(
        _scalars(yaml.get(node, "path")),
        _scalar(yaml.get(node, "project_directory")),
        _scalars(yaml.get(node, "env_file")),
    )


def _scalars(node: yaml.Node | None) -> tuple[str, ...]:
    """The values of a list, or of a single scalar."""
    nodes = tuple(map(yaml.deref, node.items)) if isinstance(node, yaml.Sequence) else (node,)
    return tuple(n.value for n in nodes if isinstance(n, yaml.Scalar))


def _scalar(node: yaml.Node | None) -> str | None:
    return node.value if isinstance(node, yaml.Scalar) else None
