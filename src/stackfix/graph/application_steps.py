"""How a script would apply one more manifest: which piece of it is written again, where, and what it reads then."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.command import literal
from stackfix.graph.value import EMPTY, Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.script_applies import Applied
    from stackfix.spans import Span

_QUOTES = 2
"""At most so many bytes lie between two quotings of one word."""


# --- the line that applies one more -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Insertion:
    """`whole`, written again at `at` with `part` reading `new`, between `before` and `after`."""

    whole: Text
    part: Text
    new: str
    at: Text
    before: str
    after: str


_LEAD = re.compile(r"[ \t]*(?:-[ \t]+(?![\"'])|[@+-]+[ \t]*)?(?:sudo[ \t]+)?")
_TAIL = re.compile(
    r"(?:[ \t]*(?:\|\|[ \t]*(?:exit(?:[ \t]+\d+)?|true|:)|\d?>+[ \t]*/dev/null|2>&1))*[ \t]*;?(?=[ \t]*(?:#.*)?\Z)"
)
_KEYWORD = re.compile(
    r"(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|run:|script:|\w+[ \t]*\(\)|[{}(!])(?:\s|$)"
)
_QUOTED = re.compile(r"'[^'\n]*'|\"(?:[^\"\\\n]|\\.)*\"|\$\{[^}]*\}|\$\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Put:
    """One file that a command certainly applies."""

    applied: Applied
    path: str


def insertion(text: Text | None, put: Put, item: Manifest, *, behind: bool) -> Insertion | None:
    """How a script's text applies one more file in the style of a command of it; None where that isn't plain."""
    applied = put.applied
    if text is None or not _takes(applied, item):
        return None
    found = _part(applied.file, put.path, item.path, applied.word if applied.listed else None)
    if found is None:
        return None
    part, new = found
    line = None if applied.listed else _line(text, part, piped=applied.fed)
    if line is not None and applied.alone:
        start, stop, end = line
        feed = "\r\n" if "\r\n" in text.value else "\n"
        at = text.slice(end, end) if behind else text.slice(start, start)
        return Insertion(text.slice(start, stop), part, new, at, feed if behind else "", "" if behind else feed)
    return _beside(text, applied.word, part, new, behind=behind)


def _takes(applied: Applied, item: Manifest) -> bool:
    """Whether a command's other words suit the manifest as well."""
    if applied.kustomize or re.search(r"(?:^|\s)(?:--prune|-l|--selector)\b", applied.command.value):
        return False
    space = literal(applied.namespace) if applied.namespace is not None else None
    return space is None or not item.space or item.space == space


def _beside(text: Text, word: Text | None, part: Text, new: str, *, behind: bool) -> Insertion | None:
    """One more word of a list, or one more option of a command."""
    where = _offsets(text, word) if word is not None else None
    inside = _offsets(text, part)
    if where is None or inside is None or not where[0] <= inside[0] <= inside[1] <= where[1]:
        return None
    start, end = where
    space = re.search(r"(?:[ \t]|\\?\r?\n)+\Z", text.value[:start])
    between = space.group() if space is not None and "\n\n" not in space.group() else " "
    if space is None and text.value[start - 1 : start] not in {"(", '"', "'"}:
        return None
    at = text.slice(end, end) if behind else text.slice(start, start)
    return Insertion(text.slice(start, end), part, new, at, between if behind else "", "" if behind else between)


def _offsets(text: Text, part: Text) -> tuple[int, int] | None:
    """Where in a file's text, counted in characters, a part of it is written."""
    place = part.place
    first = text.pieces[0] if text.pieces else None
    if place is None or first is None or place[0] != first.path:
        return None
    data = text.value.encode()
    start, end = place[1].start - first.span.start, place[1].end - first.span.start
    return len(data[:start].decode()), len(data[:end].decode())


def _line(text: Text, part: Text, *, piped: bool) -> tuple[int, int, int] | None:
    """The line, continuations joined, that holds a part and one command: start, end of the command, end."""
    where = _offsets(text, part)
    if where is None:
        return None
    value = text.value
    start = value.rfind("\n", 0, where[0]) + 1
    while start and re.search(r"\\\r?\n\Z", value[:start]):
        start = value.rfind("\n", 0, start - 1) + 1
    end = where[1]
    while True:
        end = value.find("\n", end)
        end = len(value) if end < 0 else end
        if not value[:end].rstrip("\r").endswith("\\") or end >= len(value):
            break
        end += 1
    end -= value[:end].endswith("\r")
    line = value[start:end]
    lead = _LEAD.match(line)
    assert lead is not None
    body = line[lead.end() :]
    bare = _QUOTED.sub(lambda m: "x" * len(m.group()), body)
    tail = _TAIL.search(bare)
    if tail is None or _KEYWORD.match(body):
        return None
    rest = bare[: tail.start()]
    if re.search(r"[;&<]" if piped else r"[;&|<]", rest.replace("< ", "") if piped else rest):
        return None
    return start, start + lead.end() + len(body[: tail.end()].rstrip(" \t;")), end


def _part(written: Template, path: str, wanted: str, inside: Text | None) -> tuple[Text, str] | None:
    """The piece of a written path that would read otherwise, and how, for it to lead to another file."""
    parts = _split(written)
    pieces = [_said(p) for p in parts]
    limits = inside.place if inside is not None else None
    for index in range(len(pieces) - 1, -1, -1):
        part = parts[index]
        if isinstance(part, Text) and part.place is not None and (limits is None or _holds(limits, part.place)):
            break
    else:
        return None
    assert isinstance(part, Text)
    if any(p is None for p in pieces):
        return None
    before, after = "".join(p or "" for p in pieces[:index]), "".join(p or "" for p in pieces[index + 1 :])
    new = _respelled(before, part.value, after, (path, wanted), rooted=isinstance(parts[0], Symbol))
    return None if new is None else (part, new)


def written(applied: Applied) -> Text | None:
    """The last piece of an applied path that is written in one run: where a reader looks for it."""
    if applied.listed and applied.word is not None and applied.word.place is not None:
        return applied.word
    return next((p for p in reversed(_split(applied.file)) if isinstance(p, Text) and p and p.place is not None), None)


def _split(path: Template) -> list[Text | Hole | Symbol | Opaque]:
    """The parts of a path, texts cut where one is put together from several places (a variable of make)."""
    found: list[Text | Hole | Symbol | Opaque] = []
    for part in path.parts:
        if not isinstance(part, Text):
            found.append(part)
            continue
        begin = at = 0
        for one, other in zip(part.pieces, part.pieces[1:], strict=False):
            at += one.length
            if one.path != other.path or not 0 <= other.span.start - one.span.end <= _QUOTES:
                found.append(part.slice(begin, at))
                begin = at
        found.append(part.slice(begin, len(part)))
    return [p for p in found if not isinstance(p, Text) or p.value or len(found) == 1]


def _holds(outer: tuple[str, Span], inner: tuple[str, Span]) -> bool:
    return outer[0] == inner[0] and outer[1].start <= inner[1].start and inner[1].end <= outer[1].end


def _said(part: object) -> str | None:
    if isinstance(part, Text):
        return part.value
    if isinstance(part, Hole):
        value = Template((part,)).fill(EMPTY)
        return value.text.value if value is not None else None
    return "" if isinstance(part, Symbol) and part.name.startswith(("@script", "@root")) else None


def _respelled(before: str, value: str, after: str, paths: tuple[str, str], *, rooted: bool) -> str | None:
    """The piece as it must read; `paths` are where the whole leads now, or a folder above it, and where it shall."""
    path, wanted = paths
    whole = (before + value + after).rstrip("/")
    relative = re.sub(r"^(?:\.\./)+", "", posixpath.normpath(whole.lstrip("/") if rooted else whole))
    place = path
    while relative != "." and place and not ("/" + place).endswith("/" + relative):
        place = posixpath.dirname(place)
    base = place[: len(place) - len(relative)].rstrip("/") if relative != "." else posixpath.dirname(path)
    if relative != "." and not place:
        return None
    rest = posixpath.relpath("/" + wanted, "/" + base)
    lead = re.match(r"/?(?:\.\./)*" if rooted else r"(?:\./)?(?:\.\./)*", whole)
    new = (lead.group() if lead and relative != "." else "") + rest
    if (rest.startswith("..") and (before or after)) or not new.startswith(before) or not new.endswith(after):
        return None
    return new[len(before) : len(new) - len(after)]
