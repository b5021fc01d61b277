"""What a repository sets, checked: `stackfix.toml`, or `[tool.stackfix]` in pyproject.toml.

May import catalogue, globs, policy, selection and formats.toml; reads files, writes none.
"""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from stackfix import globs
from stackfix.config import bot, values
from stackfix.config.bot import Bot
from stackfix.config.values import Invalid, Tree, Value
from stackfix.findings import Severity, located
from stackfix.policy import Policy, Setting
from stackfix.repository.contents import read_regular
from stackfix.selection import Selection
from stackfix.spans import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from stackfix.formats import toml
    from stackfix.text import Text

__all__ = ["PRESETS", "Bot", "Config", "Invalid", "load"]

_PROJECT = "pyproject.toml"

PRESETS: Mapping[str, str] = MappingProxyType({"recommended": ""})
"""What `extends` may name besides a file: TOML by name. The recommended one is what holds without configuration."""

_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9*_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?")
_MOST_PORTS = 65535


@dataclass(frozen=True, slots=True)
class Config:
    """A checked configuration. `files` are those that it was read from, the nearest first.

    `per_file_ignores` pairs a glob with rules; `exclude` are globs of what nobody is to look at. `bot` is for
    pull requests.
    """

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    exclude: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    policy: Policy = field(default_factory=Policy)
    bot: Bot = field(default_factory=Bot)
    files: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[str, ...]:
        """The names and contents of the files that it was read from, as text."""
        return tuple(f"{file}\0{read_regular(file)!r}" for file in self.files)

    @property
    def excluded(self) -> Callable[[str], bool] | None:
        """Whether a path is excluded; None where nothing is."""
        return globs.matcher(self.exclude)

    def selection(
        self,
        *,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        preview: bool = False,
        only: str | None = None,
    ) -> Selection:
        """What a run tells. `select` of the command line comes in place of the file's, `ignore` on top of it."""
        from stackfix import catalogue  # noqa: PLC0415 - needed for names alone

        ignores = ((globs.matcher([glob]), rules) for glob, rules in self.per_file_ignores)
        return Selection(
            select=catalogue.checked(select) or self.select,
            ignore=self.ignore | catalogue.checked(ignore),
            preview=preview,
            severities=self.severity,
            per_file_ignores=tuple((matches, rules) for matches, rules in ignores if matches is not None),
            only=only,
        )


def load(root: str | os.PathLike[str], file: str | None = None, settings: Iterable[str] = ()) -> Config:
    """The configuration of a root, or of `file` in its place, with `key=value` settings over it. Invalid if wrong."""
    top = os.path.realpath(root)
    files: list[str] = []
    tree = _own(top, files) if file is None else _file(top, file, files)
    for setting in settings:
        _put(tree, setting)
    return replace(_checked(tree), files=tuple(files))


def _own(top: str, files: list[str]) -> Tree:
    """What lies at the root: `stackfix.toml` comes before `pyproject.toml`."""
    if os.path.lexists(posixpath.join(top, values.FILE)):
        return _file(top, posixpath.join(top, values.FILE), files, inside=top)
    path = posixpath.join(top, _PROJECT)
    data = read_regular(path)
    if isinstance(data, str) or b"tool.stackfix" not in data:
        return {}
    return _file(top, path, files, inside=top)


def _file(top: str, path: str, files: list[str], inside: str | None = None) -> Tree:
    """One file with what it extends below it. `inside`: it must not lead out of that folder."""
    from stackfix.formats import toml  # noqa: PLC0415 - only a configuration needs it
    from stackfix.text import Text, Unreadable  # noqa: PLC0415 - as above

    real = os.path.realpath(path)
    shown = _shown(top, path)
    if real in files:
        raise Invalid(f"{shown}: it extends itself: take one extends out")
    if inside is not None and not real.startswith(inside.rstrip("/") + "/"):
        raise Invalid(f"{shown}: it leads out of {inside}: name it with --config")
    files.append(real)
    try:
        data = read_regular(real)
        if isinstance(data, str):
            raise Invalid(f"{shown}: {data}")
        text = Text.of_file(shown, data)
        document = toml.read(text)
    except UnicodeDecodeError as problem:
        raise Invalid(f"{shown}: not UTF-8 (byte {problem.start})") from problem
    except Unreadable as problem:
        line = 1 if problem.offset is None else text.value.count("\n", 0, problem.offset) + 1
        raise Invalid(f"{shown}:{line}: {problem.reason}") from problem
    table: toml.Node | None = document.root
    if posixpath.basename(path) == _PROJECT:
        table = toml.resolve(document, ("tool", "stackfix"))
    placed = _Placed(shown, data, pointing=not os.path.isabs(shown))  # noqa: PTH117 - a text
    tree = placed.tree(table) if isinstance(table, toml.Table) else {}
    return _extended(tree, top, real, files, inside)


def _extended(tree: Tree, top: str, path: str, files: list[str], inside: str | None) -> Tree:
    """A file's values over those that it extends."""
    named = tree.pop("extends", None)
    if named is None:
        return tree
    if not isinstance(named, Value) or not isinstance(named.value, str):
        raise Invalid(f"{values.where(named)}: extends must be the name of a preset or a file")
    word = named.value
    if word in PRESETS:
        return tree
    base = posixpath.join(posixpath.dirname(path), word)
    if not os.path.isfile(base):  # noqa: PTH113 - a user's word, joined as text
        raise Invalid(f"{named.where}: {word!r} is no file here and no preset{values.nearest(word, PRESETS)}")
    return _merged(_file(top, base, files, inside), tree)


def _merged(under: Tree, over: Tree) -> Tree:
    found = dict(under)
    for key, value in over.items():
        below = found.get(key)
        found[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return found


class _Placed:
    """Turns the nodes of one file into values with their places."""

    def __init__(self, shown: str, data: bytes, *, pointing: bool) -> None:
        """`pointing`: the file lies in the root, so that a finding may point at it."""
        self._pointing = pointing
        self._shown = shown
        self._lines = Lines(data)

    def tree(self, table: toml.Table) -> Tree:
        """A table's values; tables within it stay tables."""
        from stackfix.formats import toml  # noqa: PLC0415 - only a configuration needs it

        found: Tree = {}
        for key, member in table.members.items():
            at = self._where(member.key, self._shown)
            inner = member.value
            found[key] = self.tree(inner) if isinstance(inner, toml.Table) else self._value(inner, at)
        return found

    def _value(self, node: toml.Node, at: str) -> Value:
        from stackfix.formats import toml  # noqa: PLC0415 - as above

        if isinstance(node, toml.Scalar):
            return Value(node.value, at, located(node.whole) if self._pointing else None)
        if isinstance(node, toml.Array):
            items = [self._value(i, self._where(i.whole, at)) for i in node.items]
            return Value(items, at)
        return Value({key: self._value(member.value, at) for key, member in node.members.items()}, at)

    def _where(self, text: Text, otherwise: str) -> str:
        place = located(text)
        return f"{self._shown}:{self._lines.position(place.span.start).line}" if place is not None else otherwise


def _put(tree: Tree, setting: str) -> None:
    """One `key=value` of the command line. Its value is TOML, or else just characters; a list may have commas."""
    key, equals, written = setting.partition("=")
    at = f"--set {setting}"
    parts = [part.strip().strip("\"'") for part in key.split(".", 1)]
    if not equals or not all(parts):
        raise Invalid(f"{at}: write it as key=value")
    value = _spoken(written.strip())
    listed = parts[-1] in bot.LISTS if parts[0] == "bot" else parts[0] in _LISTS
    if listed and isinstance(value, str):
        value = [word.strip() for word in value.split(",") if word.strip()]
    placed = Value([Value(item, at) for item in value], at) if isinstance(value, list) else Value(value, at)
    if len(parts) == 1:
        tree[parts[0]] = placed
        return
    inner = tree.setdefault(parts[0], {})
    if not isinstance(inner, dict):
        raise Invalid(f"{at}: {parts[0]} is no table")
    inner[parts[1]] = placed


def _spoken(written: str) -> object:
    import tomllib  # noqa: PLC0415 - only --set needs it

    try:
        return tomllib.loads(f"x = {written}")["x"] if "\n" not in written else written
    except tomllib.TOMLDecodeError:
        return written


def _checked(tree: Tree) -> Config:
    values.known(tree, _KEYS, "")
    return Config(
        select=_rules(tree.get("select")),
        ignore=_rules(tree.get("ignore")),
        per_file_ignores=tuple((glob, _rules(v)) for glob, v in values.table(tree, "per-file-ignores").items()),
        exclude=tuple(text for text, _ in values.texts(tree.get("exclude"), "exclude")),
        severity=MappingProxyType({r: _severity(r, v) for r, v in values.table(tree, "severity").items()}),
        policy=Policy(
            ports=MappingProxyType({name: _port(name, v) for name, v in values.table(tree, "ports").items()}),
            published=MappingProxyType(
                {n: _port(n, v, side=0) for n, v in values.table(tree, "ports").items() if _pair(v) is not None}
            ),
            names=MappingProxyType({name: _name(name, v) for name, v in values.table(tree, "names").items()}),
            origins=tuple(_origin(v) for v in values.items(_production(tree, "origins"), "origins.production")),
            production=tuple(t for t, _ in values.texts(_production(tree, "environment"), "environment.production")),
        ),
        bot=bot.checked(values.table(tree, "bot")),
    )


_LISTS = frozenset({"select", "ignore", "exclude", "origins", "environment", "per-file-ignores"})
_KEYS = (
    "select",
    "ignore",
    "per-file-ignores",
    "exclude",
    "severity",
    "ports",
    "names",
    "origins",
    "environment",
    "bot",
    "extends",
)


def _production(tree: Tree, key: str) -> Value | Tree | None:
    table = values.table(tree, key)
    values.known(table, ("production",), f"{key}.")
    return table.get("production")


def _rules(value: Value | Tree | None) -> frozenset[str]:
    """Names of rules and families."""
    found = values.texts(value, "a choice of rules")
    if not found:
        return frozenset()
    from stackfix import catalogue  # noqa: PLC0415 - needed for names alone

    for text, item in found:
        try:
            catalogue.checked((text,))
        except catalogue.UnknownRule as problem:
            raise Invalid(f"{item.where}: {problem}") from problem
    return frozenset(text for text, _ in found)


def _severity(rule: str, value: Value | Tree) -> Severity:
    from stackfix import catalogue  # noqa: PLC0415 - needed for names alone

    if rule not in catalogue.ids():
        raise Invalid(f"{values.where(value)}: no rule is called {rule!r}{values.nearest(rule, catalogue.ids())}")
    levels = tuple(level.value for level in Severity)
    if not isinstance(value, Value) or value.value not in levels:
        raise Invalid(f"{values.where(value)}: the severity of {rule} must be one of {', '.join(levels)}")
    return Severity(value.value)


def _port(name: str, value: Value | Tree, side: int = 1) -> Setting[int]:
    """The port inside the container; with `side` 0 the published one of a pair."""
    pair = _pair(value)
    port = pair[side] if pair is not None else value.value if isinstance(value, Value) else None
    if not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= _MOST_PORTS:
        raise Invalid(
            f"{values.where(value)}: ports.{name} must be a number from 1 to {_MOST_PORTS},"
            ' or published and container port as in "8080:8000"'
        )
    return Setting(port, value.location if isinstance(value, Value) else None)


def _pair(value: Value | Tree) -> tuple[int, int] | None:
    """`"8080:8000"`, as Compose writes it: the host's port and the container's."""
    written = value.value if isinstance(value, Value) else None
    found = re.fullmatch(r"(\d{1,5}):(\d{1,5})", written) if isinstance(written, str) else None
    return (int(found[1]), int(found[2])) if found is not None else None


def _name(name: str, value: Value | Tree) -> Setting[str]:
    if not isinstance(value, Value) or not isinstance(value.value, str) or not value.value:
        raise Invalid(f'{values.where(value)}: names.{name} must be the name to use instead, as in {name} = "backend"')
    return Setting(value.value, value.location)


def _origin(item: Value) -> Setting[str]:
    if not isinstance(item.value, str) or not _ORIGIN.fullmatch(item.value):
        raise Invalid(
            f"{item.where}: {item.value!r} is no origin: write scheme and host, with no path and no slash at the end"
        )
    return Setting(item.value, item.location)


def _shown(top: str, path: str) -> str:
    """A path as places name it: from the root where it lies there, else whole."""
    whole = os.path.realpath(path)
    return os.path.relpath(whole, top) if whole.startswith(top.rstrip("/") + "/") else whole
