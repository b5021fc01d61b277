"""CI definitions and task files: what they build and apply.

Of GitHub, GitLab, CircleCI, Bitbucket, Azure Pipelines, Woodpecker, Drone and Task. Steps run at the repository's root
unless `working-directory` says otherwise, tasks where their file is. What a matrix, an expression or a template gives
is unknown.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.formats import yaml
from stackfix.graph.script import ScriptFacts, of_shell
from stackfix.text import Text, Unreadable
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUILDS = re.compile(r"(?:docker/build-push-action|redhat-actions/buildah-build|docker/bake-action)@")


@dataclass(frozen=True, slots=True)
class Built:
    """An action that builds an image. Paths are from the root; None where not given or unknown (`certain` False)."""

    location: Location
    anchor: Anchor
    context: Text | None
    file: Text | None
    tags: tuple[Text, ...]
    certain: bool

    def places(self, base: str) -> tuple[str, str]:
        """The context and the Dockerfile, where they are named from `base`."""
        context = join(base, self.context.value) if self.context is not None else base
        return context, join(base, self.file.value) if self.file is not None else join(context, "Dockerfile")


@dataclass(frozen=True, slots=True)
class Ran:
    """A block of shell. `folder` is its `working-directory` from the root, None where an expression gives it."""

    facts: ScriptFacts
    folder: str | None


@dataclass(frozen=True, slots=True)
class WorkflowFacts:
    """All that one definition builds and runs."""

    builds: tuple[Built, ...] = ()
    runs: tuple[Ran, ...] = ()


_DEFINITION = re.compile(
    r"(?:^|/)(?:\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.ya?ml|bitbucket-pipelines\.ya?ml"
    r"|azure-pipelines\.ya?ml|\.woodpecker(?:/[^/]+)?\.ya?ml|\.drone\.ya?ml|[Tt]askfile(?:\.dist)?\.ya?ml)$"
)
_FOLDERS = re.compile(r"(?:^|/)\.(?:github|circleci|woodpecker)/")
"""Folders of definitions, above which they begin to work."""
_BLOCKS = frozenset({"script", "before_script", "after_script", "after-script", "commands", "cmds", "bash", "run"})
"""Keys below which lines of shell stand."""
_INNER = frozenset({"command", "cmd"})
_MOVES = re.compile(r"(?:^|[;&|\s])(?:cd|pushd)\s")
_OFF = re.compile(r"(?:\$\{\{\s*)?false(?:\s*\}\})?")


def is_workflow(path: str) -> bool:
    """Whether a file is a CI definition, by its path."""
    return _DEFINITION.search(path) is not None


def root_of(path: str) -> str:
    """Where a CI definition begins to work: above its `.github`, as what was a repository of its own still may be."""
    folders = list(_FOLDERS.finditer(path))
    above = path[: folders[-1].start()] if folders else posixpath.dirname(path)
    return above.rstrip("/")


def facts(text: Text) -> WorkflowFacts:
    """The facts of one definition."""
    builds: list[Built] = []
    runs: list[Ran] = []
    for document in yaml.read(text):
        jobs = yaml.get(document.root, "jobs")
        if isinstance(jobs, yaml.Mapping) and "/workflows/" in f"/{_path(text)}":
            for job in yaml.items(jobs):
                _job(job, document.index, text, builds, runs)
        else:
            runs.extend(_blocks(document.root, Anchor(_path(text), "yaml", (document.index,)), None))
    return WorkflowFacts(tuple(builds), tuple(runs))


def _job(job: yaml.Item, index: int, text: Text, builds: list[Built], runs: list[Ran]) -> None:
    steps = yaml.get(job.value, "steps")
    default = yaml.get(job.value, "defaults", "run", "working-directory")
    if not isinstance(steps, yaml.Sequence) or _is_off(job.value):
        return
    key = yaml.deref(job.key)
    name = key.value if isinstance(key, yaml.Scalar) else ""
    for number, item in enumerate(steps.items):
        anchor = Anchor(_path(text), "yaml", (index, "jobs", name, "steps", number))
        if _is_off(item):
            continue
        used, run = yaml.get(item, "uses"), yaml.get(item, "run")
        if isinstance(used, yaml.Scalar) and _BUILDS.match(used.value):
            builds.extend(_built(used, yaml.get(item, "with"), anchor))
        if isinstance(run, yaml.Scalar):
            runs.extend(_ran(run.text, yaml.get(item, "working-directory") or default, anchor.child("run")))


def _is_off(node: yaml.Node | None) -> bool:
    """Whether a job or a step is switched off: `if: false`."""
    condition = yaml.get(node, "if")
    return isinstance(condition, yaml.Scalar) and _OFF.fullmatch(condition.value.strip()) is not None


def _built(used: yaml.Scalar, given: yaml.Node | None, anchor: Anchor) -> Iterator[Built]:
    location = located(used.text)
    context, file, tags = (yaml.get(given, k) for k in ("context", "file", "tags"))
    texts = [n.text if isinstance(n, yaml.Scalar) else None for n in (context, file)]
    certain = not any(t is not None and "${{" in t.value for t in texts)
    known = [None if t is None or "${{" in t.value or "://" in t.value else t for t in texts]
    named = re.split(r"[,\n]", tags.value) if isinstance(tags, yaml.Scalar) else []
    found = tuple(Text.unwritten(t.strip()) for t in named if t.strip() and "${{" not in t)
    if location is not None:
        yield Built(location, anchor, known[0], known[1], found, certain)


def _ran(written: Text, folder: yaml.Node | None, anchor: Anchor) -> Iterator[Ran]:
    inner = Anchor(anchor.path, anchor.syntax, anchor.steps, Anchor(anchor.path, "shell"))
    if "{{" in written.value and "${{" not in written.value:
        return
    try:
        found = of_shell(written, inner)
    except Unreadable:
        return
    value = folder.value if isinstance(folder, yaml.Scalar) else ""
    yield Ran(found, None if "{{" in value or "$" in value else join(root_of(anchor.path), value.removeprefix("~/")))


def _blocks(node: yaml.Node | None, anchor: Anchor, folder: yaml.Node | None) -> Iterator[Ran]:
    """All lines of shell below a node, one after another."""
    here = yaml.deref(node) if node is not None else None
    if isinstance(here, yaml.Sequence):
        for number, item in enumerate(here.items):
            yield from _blocks(item, anchor.child(number), folder)
    told = next((f for key in ("dir", "working_directory", "workingDirectory") if (f := yaml.get(here, key))), folder)
    for pair in yaml.items(here):
        key = yaml.deref(pair.key)
        if not isinstance(key, yaml.Scalar):
            continue
        if key.value in _BLOCKS:
            yield from _lines(pair.value, anchor.child(key.value), told)
        else:
            yield from _blocks(pair.value, anchor.child(key.value), told)


def _lines(node: yaml.Node, anchor: Anchor, folder: yaml.Node | None) -> Iterator[Ran]:
    """One line of shell, or several; behind one that goes elsewhere nobody knows where the next runs."""
    here = yaml.deref(node)
    if isinstance(here, yaml.Scalar):
        yield from _ran(here.text, folder, anchor)
    elif isinstance(here, yaml.Mapping):
        told = yaml.get(here, "working_directory") or folder
        for key in sorted(_INNER):
            inner = yaml.get(here, key)
            if isinstance(inner, yaml.Scalar):
                yield from _ran(inner.text, told, anchor.child(key))
    moved = False
    for number, item in enumerate(here.items if isinstance(here, yaml.Sequence) else ()):
        found = list(_lines(item, anchor.child(number), folder))
        yield from (Ran(one.facts, None) if moved else one for one in found)
        line = yaml.deref(item)
        moved = moved or (isinstance(line, yaml.Scalar) and _MOVES.search(line.value) is not None)


def _path(text: Text) -> str:
    place = text.first_place
    return place[0] if place is not None else ""
