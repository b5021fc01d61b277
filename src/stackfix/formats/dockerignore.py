"""`.dockerignore`: patterns in order, matched as the builder matches them (moby/patternmatcher).

The last pattern that matches a path or one of its folders decides; `!` takes a path back in.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix.formats.spelling import within
from stackfix.text import Unreadable

if TYPE_CHECKING:
    from stackfix.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """One line. `pattern` is cleaned: no `!`, no leading slash. `text` is the line without white space around it."""

    text: Text
    pattern: str
    negated: bool
    expression: re.Pattern[str]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """All patterns of a file."""

    text: Text
    patterns: tuple[Pattern, ...]
    any_of_them: re.Pattern[str]
    folders: dict[str, frozenset[int]] = field(default_factory=dict)
    """What matches each folder, as far as it was asked."""

    def dropped_by(self, path: str) -> Pattern | None:
        """The pattern that keeps a path (from the context, no leading slash) out of the build, if one does."""
        decided: Pattern | None = None
        for number in sorted(self._matching(path)):
            pattern = self.patterns[number]
            if (decided is not None) is pattern.negated:
                decided = None if pattern.negated else pattern
        return decided

    def kept_by(self, path: str) -> Pattern | None:
        """The pattern that takes a path back in, where one does and nothing drops it after that."""
        matching = self._matching(path)
        last = self.patterns[max(matching)] if matching else None
        return last if last is not None and last.negated else None

    def _matching(self, path: str) -> frozenset[int]:
        """The numbers of the patterns that match a path or one of its folders."""
        folder = path.rpartition("/")[0]
        if folder and folder not in self.folders:
            self.folders[folder] = self._matching(folder)
        inherited = self.folders[folder] if folder else frozenset()
        if self.any_of_them.fullmatch(path) is None:
            return inherited
        own = (n for n, pattern in enumerate(self.patterns) if pattern.expression.fullmatch(path))
        return inherited.union(own)


def read(text: Text) -> Document:
    """Read a `.dockerignore`. Unreadable where a pattern's brackets don't close, where the builder stops too."""
    found: list[Pattern] = []
    at = 0
    for line in text.value.split("\n"):
        start, at = at, at + len(line) + 1
        if line.startswith("#") or not line.strip():
            continue
        written = text.slice(start, start + len(line)).strip()
        negated = written.value.startswith("!")
        pattern = _clean(written.value.removeprefix("!").strip())
        if pattern:
            found.append(Pattern(within(written, "dockerignore:line"), pattern, negated, _compiled(pattern, start)))
    either = "|".join(f"(?:{pattern.expression.pattern})" for pattern in found)
    return Document(text, tuple(found), re.compile(either or r"(?!)", re.DOTALL))


def _clean(pattern: str) -> str:
    cleaned = posixpath.normpath(pattern) if pattern else ""
    cleaned = re.sub(r"^/+", "/", cleaned)
    return cleaned[1:] if len(cleaned) > 1 and cleaned.startswith("/") else cleaned


def _compiled(pattern: str, offset: int) -> re.Pattern[str]:
    try:
        return re.compile(_expression(pattern), re.DOTALL)
    except re.error as problem:
        raise Unreadable(f"`{pattern}` is no pattern", offset) from problem


def _expression(pattern: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        piece, at = _next(pattern, at)
        out.append(piece)
    return "".join(out)


def _next(pattern: str, at: int) -> tuple[str, int]:
    """One element of a pattern as a regular expression, and where the next begins."""
    char = pattern[at]
    if pattern.startswith("**", at):
        at += 2
        if at < len(pattern) and pattern[at] == "/":
            at += 1
        return (".*" if at == len(pattern) else "(?:.*/)?"), at
    if char == "*":
        return "[^/]*", at + 1
    if char == "?":
        return "[^/]", at + 1
    if char == "\\" and at + 1 < len(pattern):
        return re.escape(pattern[at + 1]), at + 2
    if char == "[":
        stop = pattern.find("]", at + 2)
        if stop < 0:
            raise re.error("bracket without end")
        return "[" + pattern[at + 1 : stop].replace("[", "\\[") + "]", stop + 1
    return re.escape(char), at + 1


def encode(quoting: str, new: str) -> str:
    """A line is written as it is; Refused where it would read otherwise."""
    from stackfix.edits import Refused  # noqa: PLC0415 - asked for by fixers alone

    if quoting != "dockerignore:line" or new != new.strip() or not new or "\n" in new or new.startswith("#"):
        raise Refused(f"`{new}` can't stand on a line of its own")
    return new


def resolve(document: Document, steps: tuple[str | int, ...]) -> Document | Pattern | None:
    """The node at (), or the pattern at (number,), or the last one written as (text,)."""
    match steps:
        case ():
            return document
        case (int(index),) if 0 <= index < len(document.patterns):
            return document.patterns[index]
        case (str(written),):
            return next((p for p in reversed(document.patterns) if p.text.value == written), None)
    return None
