"""Manifests that define what an applied manifest needs, and that nothing in the repository ever applies.

Silent wherever anything may apply them: another script, a folder, a loop over unknown names, a kustomization, a tool,
a document that says so.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import application_steps, kubernetes, kustomize, scripts, told
from stackfix.graph import kubernetes_nodes as nodes
from stackfix.graph.application_steps import Put
from stackfix.graph.applied_paths import covers, resolved
from stackfix.graph.command import literal
from stackfix.graph.kubernetes_cluster import same_namespace
from stackfix.graph.needs import WIDE, Need, needs
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.graph.application_steps import Insertion
    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.script_applies import Applied
    from stackfix.graph.scripts import Script

_STAGES = frozenset(
    [
        *("dev", "develop", "development", "test", "tests", "testing", "staging", "stage", "qa", "uat", "local"),
        *("live", "minikube", "kind", "k3d", "prod", "production", "preview", "sandbox", "ci", "e2e", "example"),
        *("sample", "samples", "demo", "archive", "archived", "legacy", "old", "backup", "deprecated", "docs"),
        *("optional", "extras", "addons", "monitoring", "examples"),
    ]
)
_EXAMPLE = re.compile(r"(?:^|[-_./])(?:example|sample|template|tmpl|tpl|dist|skeleton|placeholder|dummy)(?:[-_./]|$)")
_UNFILLED = re.compile(
    r"^(?:<.*>|\[.*\]|\{\{.*|change[-_ ]?(?:me|this).*|replace.*|your[-_ ].*|x{3,}|\.{3}|todo.*|"
    r".*(?:[-_]here|changeme|placeholder|example).*|)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unapplied:
    """A manifest that a script should apply: `item` is what `need`, of the manifest that `by` applies, asks for."""

    script: Script
    by: Applied
    needing: str
    need: Need
    item: Manifest
    insertion: Insertion | Listing | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A kustomization that lists the manifest that needs another: `entry` there, and how it would list the other."""

    anchor: Anchor
    entry: Location
    path: str


def unapplied(graph: Graph) -> Iterator[Unapplied]:
    """Every such manifest, once, for the script that applies most."""
    facts = _Facts(graph)
    lost = any(posixpath.basename(p) in kubernetes.KUSTOMIZATION_NAMES for p in graph.world.unreadable)
    if not facts.deployed or facts.delivered() or lost:
        return
    found: dict[str, list[Unapplied]] = {}
    for script, applied in facts.deployed:
        for one in _of_script(facts, script, applied):
            found.setdefault(one.item.path, []).append(one)
    texts = told.Told(graph.library, facts.followed())
    for path, ones in sorted(found.items()):
        if not any(texts.applies(path, item) for item in facts.plain[path]):
            yield max(ones, key=lambda one: len(facts.count(one.script)))


class _Facts:
    """What scripts apply, and what the manifests define."""

    def __init__(self, graph: Graph) -> None:
        self.library = graph.library
        self.groups = graph.world.clusters
        self.templates = graph.world.templates
        kustomized = {p for c in self.groups if c.kustomized for p in c.deployment.paths}
        self.kustomized = frozenset(kustomized)
        self.plain: dict[str, list[Manifest]] = {}
        for cluster in self.groups:
            for item in cluster.objects:
                self.plain.setdefault(item.path, []).append(item)
        every = [(s, a) for s in scripts.scripts(self.library) for a in s.facts.applies]
        self.covered = frozenset(p for p in self.plain if any(covers(self.library, s, a, p) for s, a in every))
        self.deployed = _deployed(self.library, every)

    def count(self, script: Script) -> tuple[Put, ...]:
        return next((puts for one, puts in self.deployed if one is script), ())

    def followed(self) -> dict[str, frozenset[int]]:
        """Where paths end that scripts are known to apply, by bytes of each file."""
        found: dict[str, set[int]] = {}
        for _, puts in self.deployed:
            for put in puts:
                text = application_steps.written(put.applied)
                if text is not None and text.place is not None:
                    found.setdefault(text.place[0], set()).add(text.place[1].end)
        return {path: frozenset(ends) for path, ends in found.items()}

    def delivered(self) -> bool:
        """Whether something else than scripts puts the repository's manifests into clusters."""
        objects = (o for c in self.groups for o in c.objects)
        return any(told.delivers(o) for o in objects) or any(
            "argoproj.io" in text or "fluxcd.io" in text for text in self.templates.values()
        )

    def definers(self, need: Need) -> list[Manifest]:
        """All objects that are what a need asks for, a controller's orders for a Secret among them."""
        name = need.name.value
        found = [
            item
            for items in self.plain.values()
            for item in items
            if item.kind == need.kind and name in item.names and _meets(item, need)
        ]
        made = {c.anchor.path for g in self.groups for c in g.configs if (c.kind, c.name) == (need.kind, name)}
        return found if made <= {item.path for item in found} else []


def _meets(item: Manifest, need: Need) -> bool:
    return item.kind in WIDE or same_namespace(item.space, need.space)


def _deployed(library: Library, every: list[tuple[Script, Applied]]) -> list[tuple[Script, tuple[Put, ...]]]:
    """What each script certainly applies, in its order."""
    found: dict[int, tuple[Script, list[Put]]] = {}
    for script, applied in every:
        puts = found.setdefault(id(script), (script, []))[1]
        puts.extend(Put(applied, path) for path in resolved(library, script, applied))
    return [(script, tuple(puts)) for script, puts in found.values()]


def _of_script(facts: _Facts, script: Script, puts: tuple[Put, ...]) -> Iterator[Unapplied]:
    seen: set[str] = set()
    for number, put in enumerate(puts):
        for item in facts.plain.get(put.path, ()):
            for need in needs(item):
                found = _lacking(facts, put, need)
                if found is None or found.path in seen or _made(script, found):
                    continue
                seen.add(found.path)
                yield Unapplied(
                    script, put.applied, put.path, need, found, _insertion(facts, script, puts[: number + 1], found)
                )


def _lacking(facts: _Facts, put: Put, need: Need) -> Manifest | None:
    """The object that meets a need, where it lies in just one file and nothing is seen to apply that."""
    if need.kind == "Namespace" and (need.name.value == "default" or need.name.value.startswith("kube-")):
        return None
    definers = facts.definers(need)
    paths = {item.path for item in definers}
    if len(paths) != 1 or (need.kind == "StorageClass" and _static(facts, need)):
        return None
    path = paths.pop()
    if path == put.path or path in facts.covered or path in facts.kustomized or _is_aside(path, put.path):
        return None
    known = facts.library.get(path, kubernetes.facts)
    if known is None or known.hidden or any(_is_unfilled(item) for item in facts.plain[path]):
        return None
    return definers[0]


def _static(facts: _Facts, need: Need) -> bool:
    """Whether a storage class is a mere word that ties claims to volumes."""
    return any(
        nodes.value(item.root, "spec", "storageClassName") == need.name.value
        for items in facts.plain.values()
        for item in items
        if item.kind == "PersistentVolume"
    )


def _is_aside(path: str, needing: str) -> bool:
    """Whether a manifest is an example, or of another stage than the one that needs it."""
    if _EXAMPLE.search(path.lower()):
        return True
    words = [set(re.split(r"[-_./]", p.lower())) & _STAGES for p in (path, needing)]
    return bool(words[0] - words[1])


def _is_unfilled(item: Manifest) -> bool:
    """Whether a Secret is to be filled in by hand first."""
    if item.kind != "Secret":
        return False
    values = [
        entry.value.value.strip()
        for field in ("stringData", "data")
        for _, entry in nodes.entries(item.root, field)
        if isinstance(entry.value, nodes.Leaf)
    ]
    return not values or any(_UNFILLED.match(value) for value in values)


def _made(script: Script, item: Manifest) -> bool:
    """Whether the script itself makes the object, or may."""
    kind = item.kind.lower()
    for step in script.facts.steps:
        if step.tool == "helm" and item.kind == "Namespace":
            return any(literal(w) == "--create-namespace" for w in step.words)
        if step.tool == "kubectl" and step.verb == f"create {kind}":
            return True
    return False


def _insertion(facts: _Facts, script: Script, puts: tuple[Put, ...], item: Manifest) -> Insertion | Listing | None:
    """Where the manifest would be applied: behind the last of its kind, else before the one that needs it."""
    if puts[-1].applied.kustomize:
        return _listing(facts, puts[-1], item)
    text, last = facts.library.text(script.path), puts[-1]
    for put in reversed(puts[:-1]):
        same = put.applied.scope == last.applied.scope and put.path != last.path and not put.applied.kustomize
        if same and any(o.kind == item.kind for o in facts.plain.get(put.path, ())):
            found = application_steps.insertion(text, put, item, behind=True)
            if found is not None:
                return found
    return application_steps.insertion(text, last, item, behind=False)


def _listing(facts: _Facts, put: Put, item: Manifest) -> Listing | None:
    """The one kustomization that lists the manifest that needs another."""
    found: list[Listing] = []
    for path in sorted(facts.kustomized):
        folder = posixpath.dirname(path)
        known = kustomize.kustomization_in(facts.library, folder)
        if known is None or known[0] != path:
            continue
        new = posixpath.relpath("/" + item.path, "/" + folder)
        for entry in nodes.leaves(known[1], "resources"):
            if join(folder, entry.value) == put.path and not new.startswith("../"):
                spelled = "./" + new if entry.value.startswith("./") else new
                found.append(Listing(known[1].anchor, entry.location, spelled))
    return found[0] if len(found) == 1 else None
