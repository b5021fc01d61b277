"""ConfigMaps and Secrets that Kustomize generates from literals and files.

Source: kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator.

May import the library, the tree and the graph's Kubernetes modules.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.graph import kubernetes
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_nodes import Branch, Entry, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.library import Library
    from stackfix.text import Text

_KINDS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


def generated(library: Library, root: Branch, folder: str, paths: set[str]) -> Iterator[Manifest]:
    """What a kustomization's generators make; their files are added to `paths`. Names are without the hash."""
    for key, kind in _KINDS.items():
        for item in nodes.branches(root, key):
            yield _made(library, item, kind, folder, paths)


def merged(objects: list[Manifest], new: Manifest) -> list[Manifest]:
    """The objects with a generated one: instead of, or laid over, the one that it says it merges with."""
    behavior = nodes.value(new.root, "behavior")
    if behavior not in {"merge", "replace"}:
        return [*objects, new]
    result, met = [], False
    for item in objects:
        same = item.kind == new.kind and new.called in item.names
        result.append(_laid_over(item, new, behavior) if same else item)
        met = met or same
    return result if met else [*result, new]


def _laid_over(old: Manifest, new: Manifest, behavior: str) -> Manifest:
    data = nodes.get(new.root, "data")
    before = nodes.get(old.root, "data")
    if behavior == "merge" and isinstance(before, Branch) and isinstance(data, Branch):
        data = Branch({**before.entries, **data.entries}, before.anchor, before.place)
    root = nodes.changed(old.root, "data", data)
    return replace(kubernetes.remade(old, root), uncertain=old.uncertain or new.uncertain)


def _made(library: Library, item: Branch, kind: str, folder: str, paths: set[str]) -> Manifest:
    """The object as a tree: `metadata` and `data` over the generator's own entry, whose place and address it keeps."""
    data: dict[str, Entry] = {}
    known = True
    for leaf in nodes.leaves(item, "literals"):
        known = _assignment(leaf.text, leaf, data) and known
    for leaf in nodes.leaves(item, "files"):
        known = _file(library, leaf, folder, data, paths) and known
    listed = [*nodes.leaves(item, "envs"), *([env] if (env := nodes.leaf(item, "env")) else [])]
    for leaf in listed:
        known = _env_file(library, leaf, folder, data, paths) and known
    metadata = Branch(
        {key: item.entries[key] for key in ("name", "namespace") if key in item.entries}, item.anchor, item.place
    )
    root = nodes.changed(item, "metadata", metadata)
    root = nodes.changed(root, "data", Branch(data, item.anchor, item.place))
    if kind == "Secret":
        root = nodes.changed(nodes.changed(root, "stringData", nodes.get(root, "data")), "data", None)
    return replace(kubernetes.manifest(root, kind, ""), uncertain=not known)


def _assignment(line: Text, leaf: Leaf, data: dict[str, Entry]) -> bool:
    """`KEY=value`; false where the value comes from elsewhere (a key alone is taken from the caller's environment)."""
    name, equals, _ = line.value.partition("=")
    key = line.slice(0, len(name)).strip()
    if not equals:
        return False
    value = _unquoted(line.slice(len(name) + 1, len(line)))
    data[key.value] = Entry(Leaf(value.value, leaf.anchor, value), leaf.location)
    return True


def _unquoted(value: Text) -> Text:
    quoted = len(value) > 1 and value.value[0] == value.value[-1] and value.value[0] in "\"'"
    return value.slice(1, len(value) - 1) if quoted else value


def _file(library: Library, leaf: Leaf, folder: str, data: dict[str, Entry], paths: set[str]) -> bool:
    key, equals, path = leaf.value.partition("=")
    if not equals:
        key, path = posixpath.basename(leaf.value), leaf.value
    full = tree.join(folder, path)
    paths.add(full)
    content = library.text(full)
    if content is None:
        return False
    data[key] = Entry(Leaf(content.value, leaf.anchor, content), leaf.location)
    return True


def _env_file(library: Library, leaf: Leaf, folder: str, data: dict[str, Entry], paths: set[str]) -> bool:
    full = tree.join(folder, leaf.value)
    paths.add(full)
    content = library.text(full)
    if content is None:
        return False
    at, known = 0, True
    for line in content.value.splitlines(keepends=True):
        part = content.slice(at, at + len(line)).strip()
        at += len(line)
        if part and not part.value.startswith("#"):
            known = _assignment(part, leaf, data) and known
    return known
