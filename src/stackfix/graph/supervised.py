"""supervisord: the programs that its configuration starts side by side.

Source: supervisor's documentation of `[program:x]`, `[include]` and where the configuration is looked for; Debian's
package reads /etc/supervisor/conf.d/*.conf from a file of its own.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.formats import shell
from stackfix.graph.command import literal
from stackfix.graph.image_files import Found
from stackfix.graph.value import Environment, Template
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.setting import Setting

_SEARCHED = ("etc/supervisord.conf", "supervisord.conf", "/etc/supervisord.conf", "/etc/supervisor/supervisord.conf")
_OF_PACKAGE = "/etc/supervisor/supervisord.conf"
_OF_PACKAGE_READS = "/etc/supervisor/conf.d/*.conf"
_NAMES = ("app.conf", "default.conf", "supervisord.conf")
_SECTION = re.compile(r"^\[(?P<name>[^\]\r\n]+)\][^\r\n]*\r?$(?P<body>(?:(?!^\[).)*)", re.MULTILINE | re.DOTALL)
_KEY = r"^{}[ \t]*=[ \t]*(?P<value>[^\r\n]*?)[ \t]*(?:[ \t];[^\r\n]*)?(?=\r?$)"


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its words, and where it runs."""

    words: tuple[Template, ...]
    setting: Setting


def programs(words: tuple[Template, ...], setting: Setting) -> tuple[Program, ...] | None:
    """What supervisord starts; None where any of it can't be read."""
    named = _named(words, setting)
    if named is None:
        return None
    found: list[Program] = []
    for path in _files(named, setting):
        text = setting.library.text(path) if path is not None else None
        inside = _programs(text, setting) if text is not None else None
        if inside is None:
            return None
        found += inside
    return tuple(found) or None


def _named(words: tuple[Template, ...], setting: Setting) -> str | None:
    """The configuration's absolute path in the image."""
    values = [literal(word) for word in words[1:]]
    for option in ("-c", "--configuration"):
        if option in values[:-1]:
            return setting.absolute(values[values.index(option) + 1] or "")
    joined = [v.partition("=")[2] for v in values if v is not None and v.startswith("--configuration=")]
    if joined:
        return setting.absolute(joined[0])
    there = [setting.absolute(path) for path in _SEARCHED]
    seen = [(path, setting.lookup(path)) for path in there if path is not None]
    return next((path for path, found in seen if isinstance(found, str)), None) or _OF_PACKAGE


def _files(named: str, setting: Setting) -> Iterator[str | None]:
    """The configuration's files in the tree, those that it includes too; None for one that nobody sees."""
    found = setting.lookup(named)
    if not isinstance(found, str):
        if named != _OF_PACKAGE or found is Found.ABSENT:
            yield None
        yield from _matching(_OF_PACKAGE_READS, setting)
        return
    yield found
    text = setting.library.text(found)
    for section in _SECTION.finditer(text.value) if text is not None else ():
        files = re.search(_KEY.format("files"), section["body"], re.MULTILINE) if section["name"] == "include" else None
        for pattern in files["value"].split() if files is not None else ():
            yield from _matching(posixpath.normpath(posixpath.join(posixpath.dirname(named), pattern)), setting)


def _matching(pattern: str, setting: Setting) -> Iterator[str]:
    """The files of the tree that lie where a pattern says."""
    folder, name = posixpath.split(pattern)
    names = {posixpath.basename(path) for path in setting.library.tree.entries}
    # A file may be copied under another name than its own.
    for one in sorted({*fnmatch.filter(names, name), *fnmatch.filter(_NAMES, name)}):
        found = setting.lookup(posixpath.join(folder, one))
        if isinstance(found, str):
            yield found


def _programs(text: Text, setting: Setting) -> list[Program] | None:
    found: list[Program] = []
    for section in _SECTION.finditer(text.value):
        if not section["name"].startswith("program:"):
            continue
        body = text.slice(*section.span("body"))
        starts = _value(body, "autostart")
        if starts is not None and starts.value.lower() == "false":
            continue
        program = _program(body, setting)
        if program is None:
            return None
        found.append(program)
    return found


def _program(body: Text, setting: Setting) -> Program | None:
    command = _value(body, "command")
    if command is None or not command.value or "%(" in command.value:
        return None
    try:
        words = tuple(Template.literal(word) for word in shell.split(command))
    except Unreadable:
        return None
    folder = _value(body, "directory")
    path = command.first_place
    place = located(command)
    inner = replace(
        setting.wrapped("supervisord"),
        anchor=Anchor(path[0] if path else "", "text"),
        evidence=(*setting.evidence, *((place,) if place is not None else ())),
        environment=_environment(body, setting.environment),
        folder=setting.folder if folder is None else setting.absolute(folder.value),
        extra=(),
        variables={},
    )
    return Program(words, inner)


def _environment(body: Text, outer: Environment) -> Environment:
    """What the program sees; with variables of its own nobody can tell."""
    return outer if _value(body, "environment") is None else replace(outer, complete=False)


def _value(body: Text, key: str) -> Text | None:
    match = re.search(_KEY.format(key), body.value, re.MULTILINE)
    return None if match is None else body.group(match, "value")
