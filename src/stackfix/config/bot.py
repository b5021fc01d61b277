"""What a repository sets about its pull requests: the table `[bot]`, checked.

May import catalogue, the repository's plumbing, and of this package values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from stackfix.config import values
from stackfix.config.values import Invalid, Value
from stackfix.repository import plumbing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.config.values import Tree

MOST_OPEN = 10
"""So many pull requests may be open at once unless the configuration says otherwise."""

DASHBOARD = "stackfix: what doesn't connect"
"""What the dashboard's issue is called unless the configuration says otherwise."""

FIXES, UNSAFE, CONFIGURE = "fixes", "unsafe", "configure"
"""The groups that need no configuration: what no other has, what a person should decide, and the first one of all."""

GROUP = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
"""What a group may be called: it becomes the end of its branch's name."""

LISTS = frozenset({"labels", "reviewers", "assignees"})

_AUTHOR = re.compile(r"(?P<name>[^<>\n]*[^<>\s])\s+<(?P<email>[^<>@\s]+@[^<>@\s]+)>")
_LOGIN = re.compile(r"@?[A-Za-z0-9][\w.-]*(?:/[\w.-]+)*")


@dataclass(frozen=True, slots=True)
class Author:
    """Who commits."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Bot:
    """The keys of `[bot]`.

    `base` is the branch to repair, None for the one that the remote's HEAD names. `groups` are rules and families by
    the group that their fixes go into. `unsafe`: fixes that a person should decide are proposed too, in a pull request
    of their own. `limit` is how many pull requests may be open, `sign` whether commits are signed with git's own key.
    `onboarding`: where there is no configuration yet, a pull request that adds one comes before all others. `dashboard`
    and `checks` are what the bot does beside.
    """

    base: str | None = None
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    draft: bool = False
    limit: int = MOST_OPEN
    author: Author | None = None
    sign: bool = False
    unsafe: bool = False
    title_prefix: str = ""
    groups: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    dashboard: bool = True
    dashboard_title: str = DASHBOARD
    onboarding: bool = False
    checks: bool = True


_KEYS = (
    "base",
    "labels",
    "reviewers",
    "assignees",
    "draft",
    "limit",
    "author",
    "sign",
    "unsafe",
    "title-prefix",
    "groups",
    "dashboard",
    "dashboard-title",
    "onboarding",
    "checks",
)


def checked(tree: Tree) -> Bot:
    """The table as values. Invalid if wrong."""
    values.known(tree, _KEYS, "bot.")
    return Bot(
        base=_fit(tree, "base", plumbing.BRANCH, "the name of a branch"),
        labels=tuple(text for text, _ in values.texts(tree.get("labels"), "bot.labels")),
        reviewers=_logins(tree, "reviewers"),
        assignees=_logins(tree, "assignees"),
        draft=_flag(tree, "draft", otherwise=False),
        limit=_limit(tree),
        author=_author(tree),
        sign=_flag(tree, "sign", otherwise=False),
        unsafe=_flag(tree, "unsafe", otherwise=False),
        title_prefix=_fit(tree, "title-prefix", re.compile(r"[^\x00-\x1f\x7f]{0,60}"), "one short line") or "",
        groups=MappingProxyType(_groups(values.table(tree, "groups"))),
        dashboard=_flag(tree, "dashboard", otherwise=True),
        dashboard_title=_fit(tree, "dashboard-title", re.compile(r"\S(?:[^\x00-\x1f\x7f]{0,118}\S)?"), "one short line")
        or DASHBOARD,
        onboarding=_flag(tree, "onboarding", otherwise=False),
        checks=_flag(tree, "checks", otherwise=True),
    )


def _flag(tree: Tree, key: str, *, otherwise: bool) -> bool:
    found = tree.get(key)
    if found is None:
        return otherwise
    if not isinstance(found, Value) or not isinstance(found.value, bool):
        raise Invalid(f"{values.where(found)}: bot.{key} must be true or false")
    return found.value


def _limit(tree: Tree) -> int:
    found = tree.get("limit")
    if found is None:
        return MOST_OPEN
    number = found.value if isinstance(found, Value) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise Invalid(f"{values.where(found)}: bot.limit must be a number from 1 on: so many may be open at once")
    return number


def _fit(tree: Tree, key: str, pattern: re.Pattern[str], what: str) -> str | None:
    found = tree.get(key)
    if found is None:
        return None
    text = found.value if isinstance(found, Value) else None
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise Invalid(f"{values.where(found)}: bot.{key} must be {what}")
    return text


def _author(tree: Tree) -> Author | None:
    text = _fit(tree, "author", _AUTHOR, 'a name with an address, as in "stackfix <bot@example.org>"')
    matched = _AUTHOR.fullmatch(text) if text is not None else None
    return Author(matched["name"].strip(), matched["email"]) if matched is not None else None


def _logins(tree: Tree, key: str) -> tuple[str, ...]:
    found = values.texts(tree.get(key), f"bot.{key}")
    for text, item in found:
        if not _LOGIN.fullmatch(text):
            raise Invalid(f"{item.where}: bot.{key} must be login names, and {text!r} is none")
    return tuple(text for text, _ in found)


def _groups(tree: Tree) -> dict[str, frozenset[str]]:
    """Rules and families by group; each word stands in one group alone."""
    if not tree:
        return {}
    from stackfix import catalogue  # noqa: PLC0415 - needed for names alone

    found: dict[str, frozenset[str]] = {}
    taken: dict[str, str] = {}
    for name, value in tree.items():
        if not GROUP.fullmatch(name) or name in {FIXES, UNSAFE, CONFIGURE}:
            raise Invalid(
                f"{values.where(value)}: {name!r} can't be a group's name: small letters, digits and hyphens,"
                f" not {FIXES}, {UNSAFE} or {CONFIGURE}"
            )
        for text, item in values.texts(value, f"bot.groups.{name}"):
            try:
                catalogue.checked((text,))
            except catalogue.UnknownRule as problem:
                raise Invalid(f"{item.where}: {problem}") from problem
            if text in taken:
                raise Invalid(f"{item.where}: {text} is in the group {taken[text]} already")
            taken[text] = name
            found[name] = found.get(name, frozenset()) | {text}
    return found
