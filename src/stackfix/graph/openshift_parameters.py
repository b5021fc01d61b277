"""The objects of an OpenShift Template with its parameters filled in, as far as it gives them values.

A parameter without a value is whatever people pass; it is the same one in every object of the template, so names,
labels and selectors that hold it can still be compared. Source: docs.openshift.com, "Using templates" (`${NAME}` puts a
text in, `${{NAME}}` a value of any kind).

May import texts and the graph's Kubernetes nodes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_nodes import Branch, Entry, Leaf, Row
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.graph.kubernetes_nodes import Node

_PARAMETER = re.compile(r"\$\{\{(?P<any>\w+)\}\}|\$\{(?P<text>\w+)\}")
_NAMES = frozenset({("metadata", "name"), ("containers", "name"), ("initContainers", "name")})
_LABELS = frozenset({"labels", "matchLabels", "selector"})


def filled(root: Branch) -> Branch:
    """A template whose objects have the values of its parameters."""
    values = {}
    for parameter in nodes.branches(root, "parameters"):
        name, value = nodes.value(parameter, "name"), nodes.text(parameter, "value")
        if name is not None and value is not None and nodes.value(parameter, "generate") is None:
            values[name] = value
    found = nodes.get(root, "objects")
    if not isinstance(found, Row):
        return root
    return nodes.changed(root, "objects", _filled(found, values, ()))


def _filled(node: Node, values: Mapping[str, Text], path: tuple[str, ...]) -> Node:
    if isinstance(node, Row):
        return Row(tuple(_filled(item, values, path) for item in node.items), node.anchor, node.place)
    if isinstance(node, Branch):
        entries = {k: Entry(_filled(e.value, values, (*path, k)), e.place) for k, e in node.entries.items()}
        return Branch(entries, node.anchor, node.place)
    if "${" not in node.value:
        return node
    text = _put_in(node.text, values)
    if not nodes.is_template(text.value):
        return Leaf(text.value, node.anchor, text)
    return Leaf(text.value, node.anchor, text, shared=True) if _is_compared(path, text.value) else node


def _put_in(text: Text, values: Mapping[str, Text]) -> Text:
    parts: list[Text] = []
    at = 0
    for match in _PARAMETER.finditer(text.value):
        value = values.get(match["any"] or match["text"])
        if value is not None:
            parts += [text.slice(at, match.start()), value]
            at = match.end()
    return Text.join((*parts, text.slice(at, len(text)))) if parts else text


def _is_compared(path: tuple[str, ...], value: str) -> bool:
    """Whether a value is compared with others, and not used for what it is: a name, a label, an image that has one."""
    if path[-1:] == ("image",):
        return "$" not in value.rpartition("/")[2].partition(":")[0]
    return path[-2:] in _NAMES or bool(_LABELS & set(path))
