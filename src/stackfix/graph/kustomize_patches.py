"""Patches as Kustomize lays them over objects: every value that a patch brings keeps the patch's own place.

Source: kubectl.docs.kubernetes.io/references/kustomize, "patches"; RFC 6902; the merge keys of the Kubernetes API.

May import the graph's Kubernetes nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.kubernetes_nodes import Branch, Leaf, Node, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

# Lists that are merged item by item, by these keys; all others are replaced whole.
_MERGE_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "ports": ("containerPort", "port"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
}
_DIRECTIVE = "$patch"


def is_deletion(patch: Branch) -> bool:
    """Whether a strategic merge patch takes the whole object away."""
    return _directive(patch) == "delete"


def strategic(base: Branch, patch: Branch, *, keyed: bool = True) -> Branch:
    """A mapping with a strategic merge patch over it. Without `keyed` (custom resources) all lists are replaced."""
    if _directive(patch) == "replace":
        return _cleaned(patch)
    merged = base
    for key, entry in patch.entries.items():
        if key.startswith("$"):
            continue
        below = nodes.get(base, key)
        if _deletes(entry.value):
            merged = nodes.changed(merged, key, None)
        elif isinstance(entry.value, Branch) and isinstance(below, Branch):
            merged = nodes.changed(merged, key, strategic(below, entry.value, keyed=keyed))
        elif isinstance(entry.value, Row) and isinstance(below, Row) and keyed:
            merged = nodes.changed(merged, key, _rows(key, below, entry.value))
        else:
            merged = nodes.changed(merged, key, entry.value, entry)
    return merged


def _deletes(value: Node) -> bool:
    if isinstance(value, Leaf):
        return value.nothing
    return isinstance(value, Branch) and _directive(value) == "delete"


def _directive(patch: Branch) -> str | None:
    found = patch.entries.get(_DIRECTIVE)
    return found.value.value if found and isinstance(found.value, Leaf) else None


def _cleaned(patch: Branch) -> Branch:
    kept = {key: entry for key, entry in patch.entries.items() if not key.startswith("$")}
    return Branch(kept, patch.anchor, patch.place)


def _rows(field: str, base: Row, patch: Row) -> Row:
    key = next((k for k in _MERGE_KEYS.get(field, ()) if _all_have(k, patch)), None)
    replaces = any(isinstance(item, Branch) and _directive(item) == "replace" for item in patch.items)
    if key is None or replaces:
        return Row(tuple(i for i in patch.items if not _is_directive(i)), patch.anchor, patch.place)
    items: list[Node] = list(base.items)
    for item in patch.items:
        if not isinstance(item, Branch):
            continue
        at = _same(items, key, item)
        if _directive(item) == "delete":
            items = [old for i, old in enumerate(items) if i != at]
        elif at is None:
            items.append(item)
        else:
            old = items[at]
            assert isinstance(old, Branch)
            items[at] = strategic(old, item)
    return Row(tuple(items), base.anchor, base.place)


def _is_directive(item: Node) -> bool:
    return isinstance(item, Branch) and set(item.entries) == {_DIRECTIVE}


def _all_have(key: str, patch: Row) -> bool:
    return all(isinstance(i, Branch) and (key in i.entries or _is_directive(i)) for i in patch.items)


def _same(items: list[Node], key: str, patch: Branch) -> int | None:
    wanted = _identity(patch, key)
    return next((i for i, old in enumerate(items) if isinstance(old, Branch) and _identity(old, key) == wanted), None)


def _identity(item: Branch, key: str) -> tuple[str | None, str | None]:
    found = nodes.leaf(item, key)
    protocol = nodes.value(item, "protocol") or "TCP"
    return found.value if found else None, protocol if key in {"containerPort", "port"} else None


def json6902(base: Branch, operations: Row) -> Branch | None:
    """A mapping with the operations done, in order; None where one can't be followed."""
    done: Node | None = base
    for item in operations.items:
        kind = nodes.value(item, "op")
        pointer = nodes.leaf(item, "path")
        if kind == "test":
            continue
        if kind not in {"add", "replace", "remove"} or pointer is None or done is None:
            return None
        steps = tuple(s.replace("~1", "/").replace("~0", "~") for s in pointer.value.split("/")[1:])
        if not steps:
            return None
        done = _operate(done, steps, kind, nodes.get(item, "value"))
    return done if isinstance(done, Branch) else None


def _operate(node: Node, steps: tuple[str, ...], kind: str, new: Node | None) -> Node | None:
    step, rest = steps[0], steps[1:]
    if not rest:
        return _last(node, step, kind, new)
    key: str | int = int(step) if isinstance(node, Row) and step.isdigit() else step
    below = nodes.get(node, key)
    if below is None:
        return None
    changed = _operate(below, rest, kind, new)
    return None if changed is None else nodes.put(node, (key,), changed)


def _last(node: Node, step: str, kind: str, new: Node | None) -> Node | None:
    if kind != "remove" and new is None:
        return None
    if isinstance(node, Branch):
        return nodes.changed(node, step, None if kind == "remove" else new)
    if not isinstance(node, Row):
        return None
    size = len(node.items)
    at = size if step == "-" and kind == "add" else int(step) if step.isdigit() else -1
    if not 0 <= at < size + (kind == "add"):
        return None
    put = () if kind == "remove" or new is None else (new,)
    kept = at if kind == "add" else at + 1
    return Row((*node.items[:at], *put, *node.items[kept:]), node.anchor, node.place)


def field_paths(node: Node, path: str) -> tuple[tuple[str | int, ...], ...]:
    """The nodes that a replacement's field path means (`spec.containers.[name=web].env.0.value`), as keys and indices.

    The last key needn't exist yet. Nothing where the path can't be followed.
    """
    parts = [p.replace("\0", ".") for p in path.replace("\\.", "\0").split(".")]
    return tuple(_follow(node, tuple(parts)))


def _follow(node: Node | None, parts: tuple[str, ...]) -> Iterator[tuple[str | int, ...]]:
    if not parts:
        yield ()
        return
    part, rest = parts[0], parts[1:]
    steps: list[str | int] = [part]
    if isinstance(node, Row):
        steps = [i for i, item in enumerate(node.items) if _matches(item, i, part)]
    elif not isinstance(node, Branch):
        return
    for step in steps:
        for below in _follow(nodes.get(node, step), rest):
            yield (step, *below)


def _matches(item: Node, index: int, part: str) -> bool:
    if part == "*" or part == str(index):
        return True
    key, _, wanted = part.strip("[]").partition("=")
    found = nodes.leaf(item, key)
    return part.startswith("[") and found is not None and found.value == wanted
