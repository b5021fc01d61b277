"""dotenv files: NAME=value lines with quotes, comments, `export` and values over several lines.

There is no specification; this reads what Docker Compose, python-dotenv and dotenv (npm) agree on. In single quotes
nothing is special; in double quotes a backslash escapes; a comment needs a space before its `#`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.formats.spelling import decoded, within
from stackfix.text import Slicer, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = re.compile(
    r"""^[ \t]*(?P<export>export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*
        (?: (?: "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>[^']*)' ) [ \t]*(?:\#[^\r\n]*)?
          | (?P<plain>(?P<some>[^\#\r\n][^\r\n]*?)?) [ \t]*(?:(?(some)(?<=[ \t]))\#[^\r\n]*)? )
        (?=\r?\n|\r|\Z)""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One variable. `value` is decoded (variables in it are left); `line` is from its name to the end of its value.

    `expands` says whether `$NAME` in it means another variable: not in single quotes.
    """

    name: Text
    value: Text
    line: Text
    start: int
    end: int
    quote: str
    expands: bool
    exported: bool


@dataclass(frozen=True, slots=True)
class Document:
    """All entries in order, a name given twice both times."""

    text: Text
    entries: tuple[Entry, ...]

    def get(self, name: str) -> Entry | None:
        """The entry that wins: the last of its name."""
        return next((entry for entry in reversed(self.entries) if entry.name.value == name), None)


def read(text: Text) -> Document:
    """Every NAME=value of a file. Lines that are none are passed over, as all readers do."""
    slicer = Slicer(text)
    return Document(text, tuple(_entry(slicer, match) for match in _LINE.finditer(text.value)))


def resolve(document: Document, steps: Sequence[str | int]) -> Entry | None:
    """The entry of a name."""
    return document.get(str(steps[0])) if len(steps) == 1 else None


def _entry(slicer: Slicer, match: re.Match[str]) -> Entry:
    kind = next(name for name in ("double", "single", "plain") if match[name] is not None)
    start, end = match.span(kind)
    value = _decoded(slicer, start, end, kind)
    quote = {"double": '"', "single": "'", "plain": ""}[kind]
    stop = end + len(quote)
    return Entry(
        name=slicer.slice(*match.span("name")),
        value=value,
        line=slicer.slice(match.start("name"), stop),
        start=match.start(),
        end=stop,
        quote=quote,
        expands=kind != "single",
        exported=match["export"] is not None,
    )


def _decoded(slicer: Slicer, start: int, end: int, kind: str) -> Text:
    quoting = f"dotenv:{kind}"
    raw = slicer.slice(start, end)
    if kind != "double" or "\\" not in raw.value:
        return within(raw, quoting)
    return Text.join(_escapes(raw, quoting))


def _escapes(raw: Text, quoting: str) -> Iterator[Text]:
    at = 0
    for match in _ESCAPE.finditer(raw.value):
        if at < match.start():
            yield within(raw.slice(at, match.start()), quoting)
        meaning = _ESCAPED.get(match[1], match[1] if match[1] in "\\\"'$`" else match[0])
        yield decoded(raw.slice(match.start(), match.end()), meaning, quoting)
        at = match.end()
    if at < len(raw):
        yield within(raw.slice(at, len(raw)), quoting)


def encode(quoting: str, new: str) -> str:
    """Characters as they are spelled in a value of this quoting. Refused where they can't stand there.

    A dollar begins a variable but in single quotes, and its readers don't agree on how to escape one. Some of them end
    a plain value at any `#`.
    """
    kind = quoting.removeprefix("dotenv:")
    if kind != "single" and "$" in new:
        raise Refused("a dollar would begin a variable in this dotenv value")
    if kind == "double":
        return re.sub(r'([\\"])', r"\\\1", new).replace("\n", r"\n").replace("\r", r"\r")
    if kind == "single":
        if "'" in new:
            raise Refused("a single quote can't stand in a single-quoted dotenv value")
        return new
    if re.search(r"[\r\n#]|^[\"'\s]|\s$", new):
        raise Refused("the value would have to be quoted")
    return new
