"""The environment that a pod template gives to a container, with the ConfigMaps it comes from.

Source: kubernetes.io/docs/tasks/inject-data-application (`$(VAR)` sees what stands before it; envFrom yields to env).

May import the graph's nouns and Kubernetes nodes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.model import ConfigReference, KubeConfig
from stackfix.graph.value import Environment, Hole, Template, Variable
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.kubernetes_nodes import Branch, Entry, Leaf

_EXPANSION = re.compile(r"\$\$|\$\((?P<name>[^()$]*)\)")


class Lookup(Protocol):
    """Finds the ConfigMap or Secret that a pod means, None where no manifest defines one that can be told."""

    def __call__(self, kind: str, name: str) -> KubeConfig | None:
        """The object of that kind and name."""


def environment(container: Branch, lookup: Lookup) -> Environment:
    """All variables that a container is given; not complete where an object that is taken whole isn't known."""
    variables: dict[str, Variable] = {}
    complete = True
    for source in nodes.branches(container, "envFrom"):
        found = _from_object(source, lookup)
        complete = complete and found is not None
        variables.update(found or {})
    for item in nodes.branches(container, "env"):
        variable = _variable(item, variables, lookup)
        if variable is None:
            complete = False
        else:
            variables.pop(variable.name, None)
            variables[variable.name] = variable
    return Environment(variables, complete)


def _from_object(source: Branch, lookup: Lookup) -> dict[str, Variable] | None:
    """What an envFrom entry brings in, None where that can't be known."""
    prefix = nodes.leaf(source, "prefix")
    lead = prefix.value if prefix else ""
    for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
        name = nodes.name(source, field, "name")
        if name is None:
            continue
        found = lookup(kind, name.value)
        if found is None or found.keys is None:
            return None
        return {lead + key: _from_key(lead + key, key, text, found) for key, text in found.keys.items()}
    return None


def _from_key(name: str, key: str, text: Text | None, source: KubeConfig) -> Variable:
    place = (source.key_locations or {}).get(key, source.location)
    secret = source.kind == "Secret"
    plain = None if text is None or nodes.is_template(text.value) else text
    anchor = (source.key_anchors or {}).get(key, source.anchor)
    return Variable(name, None if secret else plain, place, anchor, secret=secret, sketch=plain if secret else None)


def _variable(item: Branch, before: Mapping[str, Variable], lookup: Lookup) -> Variable | None:
    """One entry of env, None where not even its name is known."""
    name = nodes.value(item, "name")
    if name is None:
        return None
    given = nodes.get(item, "valueFrom")
    if given is None:
        leaf = nodes.get(item, "value")
        if not isinstance(leaf, nodes.Leaf):
            return Variable(name, Text.unwritten(""), item.location, item.anchor)
        value = _literal(leaf, before)
        sketch = expansion(leaf.text).sketch(Environment(before)) if value is None and leaf.plain is not None else None
        return Variable(name, value, item.location, item.anchor, sketch=sketch)
    text = _referred(given, "configMapKeyRef", "ConfigMap", lookup)
    secret = nodes.get(given, "secretKeyRef") is not None
    hidden = _referred(given, "secretKeyRef", "Secret", lookup) if secret else None
    return Variable(name, text, item.location, item.anchor, secret=secret, sketch=hidden)


def _referred(given: nodes.Node, field: str, kind: str, lookup: Lookup) -> Text | None:
    """The value under the key of an object, where a manifest writes it plainly."""
    key, source = nodes.value(given, field, "key"), nodes.name(given, field, "name")
    found = lookup(kind, source.value) if key is not None and source is not None else None
    text = (found.keys or {}).get(key) if found is not None and key is not None else None
    return None if text is None or nodes.is_template(text.value) else text


def _literal(leaf: Leaf, before: Mapping[str, Variable]) -> Text | None:
    if leaf.nothing:
        return Text.unwritten("") if leaf.value else leaf.text
    if leaf.plain is None:
        return None
    filled = expansion(leaf.text).fill(Environment(before))
    return filled.text if filled else None


def expansion(text: Text) -> Template:
    """A value with Kubernetes' own `$(NAME)` as holes; `$$` is one dollar. A name that is nowhere stays as written."""
    parts: list[Text | Hole] = []
    at = 0
    for match in _EXPANSION.finditer(text.value):
        if at < match.start():
            parts.append(text.slice(at, match.start()))
        at = match.end()
        if match.group("name") is None:
            parts.append(text.slice(match.start(), match.start() + 1))
        else:
            parts.append(Hole(match.group("name")))
    if at < len(text) or not parts:
        parts.append(text.slice(at, len(text)))
    return Template(tuple(parts))


def references(container: Branch) -> Iterator[ConfigReference]:
    """The ConfigMaps and Secrets that a container's env and envFrom name."""
    for source in nodes.branches(container, "envFrom"):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            yield from _reference(nodes.get(source, field), kind, None)
    for item in nodes.branches(container, "env"):
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            yield from _reference(nodes.get(item, "valueFrom", field), kind, nodes.value(item, "name"))


def _reference(node: nodes.Node | None, kind: str, variable: str | None) -> Iterator[ConfigReference]:
    name = nodes.name(node, "name")
    if name is None or not isinstance(node, nodes.Branch):
        return
    key = nodes.text(node, "key")
    if variable is not None and key is None:
        return
    leaf = nodes.leaf(node, "key" if key is not None else "name")
    assert leaf is not None
    optional = nodes.value(node, "optional") == "true"
    yield ConfigReference(kind, name, key, leaf.location, node.anchor, optional=optional, variable=variable)


def volume_references(volume: Branch) -> Iterator[ConfigReference]:
    """The ConfigMaps and Secrets that a volume holds, each key that it picks too."""
    for kind, node in volume_sources(volume):
        field = "name" if "name" in node.entries else "secretName"
        name = nodes.name(node, field)
        leaf = nodes.leaf(node, field)
        if name is None or leaf is None:
            continue
        optional = nodes.value(node, "optional") == "true"
        yield ConfigReference(kind, name, None, leaf.location, node.anchor, optional=optional)
        for item in nodes.branches(node, "items"):
            key, place = nodes.text(item, "key"), nodes.leaf(item, "key")
            if key is not None and place is not None:
                yield ConfigReference(kind, name, key, place.location, node.anchor, optional=optional)


def volume_sources(volume: Branch) -> Iterator[tuple[str, Branch]]:
    """The parts of a volume that are ConfigMaps or Secrets: the volume itself, or what it projects."""
    for holder in (volume, *nodes.branches(volume, "projected", "sources")):
        for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
            node = nodes.get(holder, field)
            if isinstance(node, nodes.Branch):
                yield kind, node


def data(root: Branch) -> dict[str, Entry]:
    """The entries of a ConfigMap's or Secret's data, of whatever form."""
    return {key: entry for field in ("binaryData", "data", "stringData") for key, entry in nodes.entries(root, field)}
