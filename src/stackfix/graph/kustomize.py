"""Kustomize: the objects that a kustomization makes of its resources, each value with the place it comes from.

Source: kubectl.docs.kubernetes.io/references/kustomize/kustomization; the order of the steps is Kustomize's own.

May import the library, the tree and the graph's Kubernetes modules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor
from stackfix.formats import yaml
from stackfix.graph import kubernetes, kustomize_patches
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_nodes import Branch, Leaf, Row
from stackfix.graph.kustomize_generators import generated, merged
from stackfix.graph.kustomize_transformers import reimaged, relabelled, renamed, respaced
from stackfix.text import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.library import Library

_UNFOLLOWED = ("helmCharts", "helmChartInflationGenerator", "generators")


@dataclass(slots=True)
class Build:
    """What a kustomization makes. `paths` are all files it takes part of; not `complete`: there are more objects."""

    objects: list[Manifest] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    complete: bool = True


def kustomization_in(library: Library, folder: str) -> tuple[str, Branch] | None:
    """A folder's kustomization: its path and document."""
    for name in kubernetes.KUSTOMIZATION_NAMES:
        path = tree.join(folder, name)
        found = library.get(path, kubernetes.facts) if library.tree.is_file(path) else None
        if found is not None and found.kustomizations:
            return path, found.kustomizations[0]
    return None


def needed_folders(library: Library, folder: str) -> tuple[str, ...]:
    """The folders that a folder's kustomization takes in: resources, bases and components."""
    found = kustomization_in(library, folder)
    if found is None:
        return ()
    paths = (tree.join(folder, entry.value) for entry in _listed(found[1], "resources", "bases", "components"))
    return tuple(path for path in paths if library.tree.is_folder(path))


def build(library: Library, folder: str) -> Build:
    """What `kubectl apply -k` would make of a folder."""
    result = Build()
    _accumulate(library, folder, result, ())
    return result


def _listed(root: Branch, *keys: str) -> list[Leaf]:
    return [item for key in keys for item in nodes.leaves(root, key)]


def _accumulate(library: Library, folder: str, into: Build, above: tuple[str, ...]) -> None:
    """Put a folder's kustomization over what is there already: nothing for a base, everything for a component."""
    found = kustomization_in(library, folder)
    if found is None or folder in above:
        into.complete = False
        return
    path, root = found
    into.paths.add(path)
    into.complete = into.complete and not any(nodes.get(root, key) for key in _UNFOLLOWED)
    for entry in _listed(root, "resources", "bases"):
        _resource(library, tree.join(folder, entry.value), into, (*above, folder))
    for entry in _listed(root, "crds", "configurations"):
        into.paths.add(tree.join(folder, entry.value))
    for item in generated(library, root, folder, into.paths):
        into.objects = merged(into.objects, item)
    for entry in _listed(root, "components"):
        _accumulate(library, tree.join(folder, entry.value), into, (*above, folder))
    into.objects = _transformed(library, root, folder, into)


def _resource(library: Library, path: str, into: Build, above: tuple[str, ...]) -> None:
    if library.tree.is_folder(path) and not library.tree.is_unknown(path):
        inner = Build()
        _accumulate(library, path, inner, above)
        into.objects += inner.objects
        into.paths |= inner.paths
        into.complete = into.complete and inner.complete
        return
    found = library.get(path, kubernetes.facts) if library.tree.is_file(path) else None
    into.paths.add(path)
    if found is None or found.hidden:
        into.complete = False
    if found is not None:
        into.objects += found.objects


def _transformed(library: Library, root: Branch, folder: str, into: Build) -> list[Manifest]:
    objects = into.objects
    for patch in _patches(library, root, folder, into):
        objects = _patched(objects, patch)
    objects = [respaced(o, nodes.leaf(root, "namespace")) for o in objects]
    objects = [
        renamed(o, nodes.value(root, "namePrefix") or "", nodes.value(root, "nameSuffix") or "") for o in objects
    ]
    objects = [relabelled(o, root) for o in objects]
    objects = [reimaged(o, nodes.branches(root, "images")) for o in objects]
    if _listed(root, "transformers"):
        objects = [replace(o, uncertain=True) for o in objects]
    into.paths.update(tree.join(folder, e.value) for e in _listed(root, "transformers", "generators"))
    return _replaced(library, root, folder, objects, into)


# --- patches ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Patch:
    """`body` is None where it can't be read: then all that it may meet is uncertain."""

    body: Branch | Row | None
    target: Branch | None


def _patches(library: Library, root: Branch, folder: str, into: Build) -> Iterable[_Patch]:
    for leaf in _listed(root, "patchesStrategicMerge"):
        if "\n" in leaf.value or leaf.value.lstrip().startswith("{"):
            yield from _read(leaf, None)
        else:
            yield from _from_file(library, tree.join(folder, leaf.value), None, into)
    for item in (*nodes.branches(root, "patches"), *nodes.branches(root, "patchesJson6902")):
        target = nodes.get(item, "target")
        chosen = target if isinstance(target, Branch) else None
        path, inline = nodes.leaf(item, "path"), nodes.leaf(item, "patch")
        if path is not None:
            yield from _from_file(library, tree.join(folder, path.value), chosen, into)
        elif inline is not None:
            yield from _read(inline, chosen)
    for leaf in _listed(root, "patches"):
        yield from _from_file(library, tree.join(folder, leaf.value), None, into)


def _from_file(library: Library, path: str, target: Branch | None, into: Build) -> list[_Patch]:
    into.paths.add(path)
    documents = library.get(path, yaml.read) if library.tree.is_file(path) else None
    if documents is None:
        return [_Patch(None, target)]
    return _bodies(documents, Anchor(path, "yaml"), target)


def _read(leaf: Leaf, target: Branch | None) -> list[_Patch]:
    """An inline patch: a document inside a scalar."""
    try:
        documents = yaml.read(leaf.text)
    except Unreadable:
        return [_Patch(None, target)]
    inner = Anchor(leaf.anchor.path, "yaml")
    return _bodies(documents, replace(leaf.anchor, inner=inner), target)


def _bodies(documents: tuple[yaml.Document, ...], anchor: Anchor, target: Branch | None) -> list[_Patch]:
    found = []
    for document in documents:
        if document.root is None:
            continue
        node = nodes.take(document.root, anchor.child(document.index))
        found.append(_Patch(None if isinstance(node, Leaf) or document.template else node, target))
    return found


def _patched(objects: list[Manifest], patch: _Patch) -> list[Manifest]:
    result = []
    for item in objects:
        if not _meets(patch, item):
            result.append(item)
            continue
        if isinstance(patch.body, Branch) and kustomize_patches.is_deletion(patch.body):
            continue
        new: Branch | None = None
        if isinstance(patch.body, Branch):
            new = kustomize_patches.strategic(item.root, _without_identity(patch), keyed=item.built_in)
        elif isinstance(patch.body, Row):
            new = kustomize_patches.json6902(item.root, patch.body)
        result.append(replace(item, uncertain=True) if new is None else kubernetes.remade(item, new))
    return result


def _without_identity(patch: _Patch) -> Branch:
    """A strategic patch without the words that only say what it is for, so that names stay the base's own."""
    assert isinstance(patch.body, Branch)
    body = nodes.changed(nodes.changed(patch.body, "kind", None), "apiVersion", None)
    metadata = nodes.get(body, "metadata")
    if isinstance(metadata, Branch):
        plain = nodes.changed(nodes.changed(metadata, "name", None), "namespace", None)
        body = nodes.changed(body, "metadata", plain)
    return body


def _meets(patch: _Patch, item: Manifest) -> bool:
    if patch.target is not None:
        return _selects(patch.target, item)
    if not isinstance(patch.body, Branch):
        return True
    kind, name = nodes.value(patch.body, "kind"), nodes.value(patch.body, "metadata", "name")
    space = nodes.value(patch.body, "metadata", "namespace")
    if kind is None or name is None:
        return kind in {None, item.kind}
    return kind == item.kind and name in item.names and space in {None, "", item.space}


def _selects(target: Branch, item: Manifest) -> bool:
    """Whether a target's selector fits; label selectors are taken to fit where the rest does only if they're equal."""
    group = nodes.value(target, "group")
    if group is not None and group != item.group:
        return False
    if not all(
        _full(nodes.value(target, key), found)
        for key, found in (("kind", {item.kind}), ("name", item.names), ("namespace", {item.space or "default"}))
    ):
        return False
    labels = nodes.texts(item.root, "metadata", "labels")
    wanted = nodes.value(target, "labelSelector")
    terms = [term.partition("=") for term in wanted.split(",")] if wanted else []
    return all(k.strip() in labels and labels[k.strip()].value == v.lstrip("=").strip() for k, _, v in terms)


def _full(pattern: str | None, found: Iterable[str]) -> bool:
    if pattern is None:
        return True
    try:
        return any(re.fullmatch(pattern, one) for one in found)
    except re.error:
        return pattern in found


# --- replacements ----------------------------------------------------------------------------------------------------


def _replaced(library: Library, root: Branch, folder: str, objects: list[Manifest], into: Build) -> list[Manifest]:
    """Objects whose replaced fields are unknown: nobody can tell what a replacement puts there without running it."""
    for item in nodes.branches(root, "replacements"):
        path = nodes.leaf(item, "path")
        found: tuple[Branch, ...] | None = (item,)
        if path is not None:
            into.paths.add(tree.join(folder, path.value))
            found = _from_replacement_file(library, tree.join(folder, path.value))
        if found is None:
            return [replace(o, uncertain=True) for o in objects]
        for one in found:
            for target in nodes.branches(one, "targets"):
                objects = [_blanked(o, target) for o in objects]
    return objects


def _from_replacement_file(library: Library, path: str) -> tuple[Branch, ...] | None:
    documents = library.get(path, yaml.read) if library.tree.is_file(path) else None
    if not documents or documents[0].root is None:
        return None
    node = nodes.take(documents[0].root, Anchor(path, "yaml", (0,)))
    return (
        (node,)
        if isinstance(node, Branch)
        else tuple(i for i in node.items if isinstance(i, Branch))
        if isinstance(node, Row)
        else None
    )


def _blanked(item: Manifest, target: Branch) -> Manifest:
    select = nodes.get(target, "select")
    if not isinstance(select, Branch) or not _selects(select, item):
        return item
    paths = nodes.leaves(target, "fieldPaths")
    root = item.root
    for leaf in paths:
        steps = kustomize_patches.field_paths(root, leaf.value)
        for one in steps:
            new = nodes.put(root, one, Leaf("{{}}", leaf.anchor, leaf.text))
            assert isinstance(new, Branch)
            root = new
        if not steps:
            return replace(item, uncertain=True)
    return kubernetes.remade(item, root) if paths else replace(item, uncertain=True)
