"""Scripts that work in another namespace than the manifests that they apply.

Known only where every manifest applied is read, all say one namespace, and no manifest of the tree knows the script's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import kubernetes_names, kustomize, scripts
from stackfix.graph.command import literal
from stackfix.graph.needs import WIDE
from stackfix.graph.value import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.script_steps import ScriptStep
    from stackfix.graph.scripts import Script
    from stackfix.graph.value import Template
    from stackfix.text import Text


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SHORT = {
    "deploy": "deployment", "svc": "service", "sts": "statefulset", "ds": "daemonset", "cm": "configmap",
    "ing": "ingress", "po": "pod", "pvc": "persistentvolumeclaim", "cj": "cronjob",
}  # fmt: skip
_OTHERS = re.compile(r"default|kube-.*|ingress-nginx|cert-manager|argocd|istio-system|longhorn-system|metallb-system")
_REWRITES = re.compile(r"set\s+namespace|namespace:|\byq\b|\bsed\b[^\n]*namespace|\bkustomize\b")


@dataclass(frozen=True, slots=True)
class Astray:
    """A script in the wrong namespace. `texts` are all places of the script that name it, `witness` the first."""

    script: Script
    wrong: str
    right: str
    witness: ScriptStep
    place: Location
    texts: tuple[Text, ...]
    manifests: tuple[Location, ...]
    paths: frozenset[str]


def astray(graph: Graph) -> Iterator[Astray]:
    """Every such script."""
    known: frozenset[str] | None = None
    for one in scripts.scripts(graph.library):
        applied = _applied(graph, one)
        spaces = {item.space for item in applied if item.kind not in WIDE} if applied else set()
        if not applied or len(spaces) != 1 or "" in spaces:
            continue
        known = known or _namespaces(graph)
        found = _astray(graph, one, applied, spaces.pop(), known)
        if found is not None:
            yield found


def named(library: Library) -> frozenset[str]:
    """Every namespace that any script works in."""
    steps = (step for one in scripts.scripts(library) for step in one.facts.steps)
    return frozenset(space.value for step in steps if (space := _space(step)) is not None)


def _namespaces(graph: Graph) -> frozenset[str]:
    found = {use.name for cluster in graph.world.clusters for use in kubernetes_names.namespaces(cluster)}
    return frozenset(found)


def _applied(graph: Graph, one: Script) -> tuple[Manifest, ...] | None:
    """All objects that a script applies; None where some can't be seen."""
    found: list[Manifest] = []
    for step in one.facts.steps:
        if (step.tool, step.verb) not in {("kubectl", "apply"), ("kubectl", "create"), ("kubectl", "replace")}:
            continue
        if not step.certain:
            return None
        for written in step.files:
            objects = _objects(graph, one, step, written)
            if objects is None:
                return None
            found += objects
    return tuple(found)


def _objects(graph: Graph, one: Script, step: ScriptStep, written: Template) -> tuple[Manifest, ...] | None:
    tree = graph.library.tree
    real = [p for p in one.places(step, written) if tree.is_file(p) or tree.is_folder(p)]
    if not real:
        whole = literal(written)
        # What lies elsewhere on purpose (an address, a file of the machine) has nothing to do with these manifests.
        return () if whole is not None and ("://" in whole or whole.startswith("/")) else None
    if step.kustomize:
        built = kustomize.build(graph.library, real[0])
        return tuple(built.objects) if built.complete else None
    recursive = any(literal(w) in {"-R", "--recursive"} for w in step.words)
    return scripts.manifests(graph.library, real[0], recursive=recursive)


def _astray(
    graph: Graph, one: Script, applied: tuple[Manifest, ...], right: str, known: frozenset[str]
) -> Astray | None:
    text = graph.library.text(one.path)
    named = [(step, space) for step in one.facts.steps if (space := _space(step)) is not None]
    wrong = {space.value for _, space in named} - {right}
    wrong = {name for name in wrong if _looks(named, name, applied) and not _foreign(one, name)}
    if text is None or len(wrong) != 1 or _REWRITES.search(text.value):
        return None
    name = wrong.pop()
    if name in known or _OTHERS.fullmatch(name):
        return None
    uses = [(step, space) for step, space in named if space.value == name]
    if any(s.value == right for _, s in named) and not all(_awaits(step, applied) for step, _ in uses):
        return None
    places = {s.place for _, s in uses if s.place}
    texts = tuple(_copies(text, name, {place[1].start for place in places if place[0] == one.path}))
    if not places <= {t.place for t in texts}:
        return None
    witness, space = uses[0]
    where = located(space)
    said = tuple(_said(applied))
    if where is None:
        return None
    return Astray(one, name, right, witness, where, texts, said, frozenset(item.path for item in applied))


def _space(step: ScriptStep) -> Text | None:
    """The namespace that a step works in, where it is known."""
    if step.tool != "kubectl":
        return None
    given = step.positionals[0] if step.verb == "create namespace" and step.positionals else step.namespace
    value = given.fill(EMPTY) if given is not None else None
    return value.text if value is not None and value.text else None


def _awaits(step: ScriptStep, applied: tuple[Manifest, ...]) -> bool:
    """Whether a step fails unless one of these very objects is in its namespace.

    A script that works in the right one as well may look into, copy from or clear another.
    """
    waits = step.verb.split(" ")[0] in {"rollout", "wait", "logs", "port-forward"}
    return waits and not step.handled and _witness(step, applied)


def _witness(step: ScriptStep, applied: tuple[Manifest, ...]) -> bool:
    """Whether a step itself looks for these very objects in its namespace."""
    if step.verb in {"apply", "replace"} or (step.verb == "create" and step.files):
        return any(literal(f) is None or "://" not in (literal(f) or "") for f in step.files)
    words = [w for p in step.positionals if (w := literal(p)) is not None]
    verb = step.verb.split(" ")[-1]
    pairs = [tuple(w.split("/", 1)) for w in words if "/" in w] or list(zip([verb, *words], words, strict=False))
    named = {(item.kind.lower(), item.called) for item in applied}
    return any((_kind(pair[0]), pair[-1]) in named for pair in pairs)


def _looks(named: list[tuple[ScriptStep, Text]], name: str, applied: tuple[Manifest, ...]) -> bool:
    return _watches(named, name) or any(_witness(step, applied) for step, space in named if space.value == name)


def _watches(named: list[tuple[ScriptStep, Text]], name: str) -> bool:
    """Whether a script makes a namespace and then looks into it, for whatever is there."""
    verbs = {step.verb.split(" ")[0] for step, space in named if space.value == name}
    made = any(step.verb == "create namespace" and space.value == name for step, space in named)
    return made and bool(verbs & {"get", "wait", "rollout", "logs", "describe"})


def _foreign(one: Script, name: str) -> bool:
    """Whether something else than these manifests is put into a namespace: a chart, a manifest from elsewhere."""
    for step in one.facts.steps:
        value = step.namespace.fill(EMPTY) if step.namespace is not None else None
        if value is None or value.text.value != name:
            continue
        if step.tool == "helm" or any("://" in (literal(f) or "") for f in step.files):
            return True
    return False


def _kind(word: str) -> str:
    word = word.lower().partition(".")[0]
    return _SHORT.get(word) or _SHORT.get(word.removesuffix("s")) or word.removesuffix("s")


def _copies(text: Text, name: str, starts: set[int]) -> Iterator[Text]:
    """Every place of a script that names the namespace as one: what was read, and the same words in messages."""
    before = r"(?:-n[ \t=]*|--namespace[ \t=]+|\bnamespaces?[ \t/]+|\bns[ \t/]+|\bNAMESPACE=|\.)"
    for match in re.finditer(rf"(?<![\w.-]){re.escape(name)}(?![\w-])|(?<=\.){re.escape(name)}(?=\.svc\b)", text.value):
        start = match.start()
        line = text.value[text.value.rfind("\n", 0, start) + 1 : start]
        part = text.slice(start, match.end())
        at = part.place[1].start if part.place else -1
        if at in starts or (re.search(before + r"[\"']?\Z", line) and not line.lstrip().startswith("#")):
            yield part


def _said(applied: tuple[Manifest, ...]) -> Iterator[Location]:
    """Where each file first says its namespace."""
    seen = set()
    for item in applied:
        place = located(item.namespace, "the manifests say so") if item.namespace is not None else None
        if place is not None and item.path not in seen:
            seen.add(item.path)
            yield place
