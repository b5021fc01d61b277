"""Packages of one repository that a command picks by name: `turbo run dev --filter=web`, `pnpm --filter web dev`.

Sources: the manuals of turbo (`run`, "Package scoping"), pnpm ("Filtering"), npm and yarn ("workspaces").
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph.command import begins, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.setting import Setting
    from stackfix.graph.value import Template

PICKS = {"npm": frozenset({"--workspace", "-w"}), "pnpm": frozenset({"--filter", "-F"})}
"""The options that pick one package."""
_FILTERS = frozenset({"--filter", "-F"})
_TAKE_VALUE = frozenset({"--concurrency", "--log-order", "--output-logs", "--ui", "--env-mode", "--cache-dir"})
_PLAIN = re.compile(r"(?:\./)?(?:@[\w.-]+/)?[\w./-]*\w")


def picked(name: str, setting: Setting) -> Setting | None:
    """The same command in the one package of that name, or at that path, below the working folder."""
    root = setting.file("package.json")
    if not isinstance(root, str) or setting.folder is None or not _PLAIN.fullmatch(name) or ".." in name:
        return None
    top = posixpath.dirname(root)
    found = [p for p in _packages(setting.library, top) if _is_called(setting.library, p, name, top)]
    if len(found) != 1:
        return None
    folder = posixpath.dirname(found[0])[len(top) :].lstrip("/")
    inside = replace(setting, folder=posixpath.join(setting.folder, folder))
    return inside if inside.file("package.json") == found[0] else None


def _packages(library: Library, top: str) -> Iterator[str]:
    inside = top + "/" if top else ""
    for path in library.tree.named("package.json"):
        if path.startswith(inside) and path != inside + "package.json" and "node_modules/" not in path:
            yield path


def _is_called(library: Library, path: str, name: str, top: str) -> bool:
    if name.startswith("./"):
        return posixpath.dirname(path) == posixpath.normpath(posixpath.join(top, name))
    documents = library.get(path, yaml.read)
    said = yaml.get(documents[0].root, "name") if documents else None
    return isinstance(said, yaml.Scalar) and said.value == name


def turbo(words: tuple[Template, ...], setting: Setting) -> tuple[str, Setting] | None:
    """The script that `turbo run` runs in one package, and where; None where it runs several or nobody can tell."""
    given = [literal(word) for word in words[1:]]
    tasks, filters = _parted(given) if None not in given else ([], [])
    tasks = tasks[1:] if tasks[:1] == ["run"] else tasks
    bare = replace(setting, extra=())
    if len(tasks) != 1:
        return None
    if not filters:
        return None if _is_root(setting) else (tasks[0], bare)
    inner = picked(filters[0], bare) if len(filters) == 1 else None
    return None if inner is None else (tasks[0], inner)


def _parted(words: list[str | None]) -> tuple[list[str], list[str]]:
    """The tasks and the filters of the words before `--`."""
    tasks: list[str] = []
    filters: list[str] = []
    queue = [word or "" for word in words]
    while queue and (word := queue.pop(0)) != "--":
        option, equals, value = word.partition("=")
        if option in _FILTERS:
            filters.append(value if equals else queue.pop(0) if queue else "")
        elif option in _TAKE_VALUE and not equals and queue:
            queue.pop(0)
        elif not word.startswith("-"):
            tasks.append(word)
    return tasks, filters


def _is_root(setting: Setting) -> bool:
    """Whether the working folder is the top of the workspaces, where all packages run their scripts."""
    root = setting.file("package.json")
    if not isinstance(root, str):
        return True
    documents = setting.library.get(root, yaml.read)
    beside = (posixpath.join(posixpath.dirname(root), name) for name in ("turbo.json", "pnpm-workspace.yaml"))
    listed = documents is None or yaml.get(documents[0].root, "workspaces") is not None
    return listed or any(setting.library.tree.is_file(path) for path in beside)


def without(queue: list[Template], name: str) -> tuple[list[Template], str | None]:
    """The words of a package manager without the option that picks a package, and what it picks."""
    wanted = PICKS.get(name, frozenset())
    for index, word in enumerate(queue):
        if begins(word) == "--":
            break
        option, equals, value = (literal(word) or "").partition("=")
        if option in wanted:
            chosen = value if equals else literal(queue[index + 1]) if index + 1 < len(queue) else None
            return [*queue[:index], *queue[index + (1 if equals else 2) :]], chosen or ""
    return queue, None
