"""Comments that hide findings: `# stackfix: ignore[rule, other-rule] why`, on the line or above the statement.

The comment is the file's own (`#`, `//`, `/* */`, `<!-- -->`, `;`). A rule's name or its family's may stand in the
brackets. Behind something on its line it covers that line; alone on its line, the whole statement below.

May import findings, spans and text.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from stackfix.findings import Anchor, Family, Finding, Location, Rule, Severity
from stackfix.spans import Lines, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Extent: TypeAlias = Callable[[str, Sequence[str], int], int]
    """Given a path, its lines and the index of a statement's first line: the index of its last."""

RULE: Final = Rule(
    "unused-suppression", Family.SCRIPTS, Severity.INFO, "A comment tells stackfix to ignore what isn't there."
)

MARK: Final = b"stackfix:"
"""A file without these bytes holds no suppression."""

_COMMENT = re.compile(
    r"(?P<mark>\#|//|/\*|<!--|;|--)[ \t]*stackfix:[ \t]*ignore\[(?P<rules>[^\]\r\n]*)\][ \t]*(?P<reason>[^\r\n]*)"
)
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_SLASHES = ("//", "/*")
_MARKS: Final = {
    **dict.fromkeys(("js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "jsonc", "json5", "json"), _SLASHES),
    **dict.fromkeys(("go", "rs", "java", "kt", "kts", "gradle", "cs", "scss", "proto", "swift"), _SLASHES),
    **dict.fromkeys(("vue", "svelte"), ("<!--", *_SLASHES)),
    **dict.fromkeys(("html", "htm", "xml", "md"), ("<!--",)),
    **dict.fromkeys(("css",), ("/*",)),
    **dict.fromkeys(("ini", "cfg"), ("#", ";")),
    **dict.fromkeys(("php", "tf", "hcl"), ("#", *_SLASHES)),
    **dict.fromkeys(("sql", "lua"), ("--",)),
}
"""How a comment begins, by suffix; `#` elsewhere."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment. It covers the lines `first` to `last`, counted from 1, for `rules` (names or families).

    `location` is the comment itself. `reason` is what is written behind it.
    """

    location: Location
    rules: frozenset[str]
    reason: str
    first: int
    last: int


_ENDS: Final = {"/*": " */", "<!--": " -->"}
_NO_COMMENTS: Final = frozenset({"json"})


def comment(path: str, rules: Iterable[str]) -> str | None:
    """The comment that hides rules, as a file of that name has it; None where such a file has no comments."""
    kind = _kind(path)
    if kind in _NO_COMMENTS:
        return None
    mark = _MARKS.get(kind, ("#",))[0]
    return f"{mark} stackfix: ignore[{', '.join(rules)}] why it is right{_ENDS.get(mark, '')}"


def suppressions(path: str, data: bytes, extent: Extent | None = None) -> tuple[Suppression, ...]:
    """All suppressions of a file, in order. `extent` knows better than the default where a statement ends."""
    if MARK not in data:
        return ()
    return tuple(_found(path, data, extent or statement_end))


def _found(path: str, data: bytes, extent: Extent) -> Iterator[Suppression]:
    lines = Lines(data)
    texts = [_line(data, lines, number) for number in range(1, len(lines) + 1)]
    kind = _kind(path)
    marks = _MARKS.get(kind, ("#",))
    for index, text in enumerate(texts):
        match = _COMMENT.search(text)
        if match is None or match["mark"] not in marks:
            continue
        alone = not text[: match.start()].strip()
        # A Dockerfile has no comments behind an instruction: there it is part of it.
        if not alone and (kind == "dockerfile" or text[match.start() - 1] not in " \t"):
            continue
        first, last = _covered(path, texts, index, extent, marks) if alone else (index, index)
        rules = frozenset(word for word in re.split(r"[\s,]+", match["rules"]) if _NAME.fullmatch(word))
        place = _place(data, lines, index + 1, match)
        written = match["reason"].encode("latin-1").decode("utf-8", "replace")
        reason = written.strip().removesuffix("-->").removesuffix("*/").strip()
        yield Suppression(Location(path, place), rules, reason, first + 1, last + 1)


def _line(data: bytes, lines: Lines, number: int) -> str:
    span = lines.span(number)
    # Every byte a character: offsets in a line are offsets in the file.
    return data[span.start : span.end].decode("latin-1")


def _place(data: bytes, lines: Lines, number: int, match: re.Match[str]) -> Span:
    start = lines.span(number).start + match.start()
    text = data[start : lines.span(number).start + match.end()]
    return Span(start, start + len(text.rstrip()))


def _covered(path: str, texts: Sequence[str], index: int, extent: Extent, marks: Sequence[str]) -> tuple[int, int]:
    """The statement below a comment that is alone on its line; other comments may stand between."""
    first = index + 1
    while first < len(texts) and (not texts[first].strip() or _is_comment(texts[first], marks)):
        first += 1
    if first >= len(texts):
        return index, index
    return first, max(first, min(extent(path, texts, first), len(texts) - 1))


def _is_comment(text: str, marks: Sequence[str]) -> bool:
    return text.lstrip().startswith(tuple(marks)) and not text.lstrip().startswith("#!")


def _kind(path: str) -> str:
    name = posixpath.basename(path).lower()
    if re.match(r"(?:docker|container)file|.*\.dockerfile$", name):
        return "dockerfile"
    return name.rpartition(".")[2]


def statement_end(path: str, lines: Sequence[str], first: int) -> int:
    """The last line of the statement that begins on a line, told by continuations, brackets and indentation."""
    kind = _kind(path)
    if kind == "dockerfile":
        return _dockerfile_end(lines, first)
    if kind in {"yml", "yaml"} and re.search(r"[|>][-+0-9]*\s*(?:#.*)?$", lines[first]):
        return _indented_end(lines, first)
    if kind == "conf" or path.endswith(".conf.template"):
        return _terminated_end(lines, first)
    return _bracket_end(lines, first)


def _dockerfile_end(lines: Sequence[str], first: int) -> int:
    at = first
    while at < len(lines) - 1 and (
        lines[at].rstrip().endswith(("\\", "`")) or (at > first and _is_comment(lines[at], "#"))
    ):
        at += 1
    for word in re.findall(r"<<-?[\"']?(\w+)", lines[first]):
        end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == word), None)
        at = at if end is None else end
    return at


def _indented_end(lines: Sequence[str], first: int) -> int:
    """A block scalar: what is indented deeper than its key."""
    depth = _depth(lines[first])
    last = first
    for at in range(first + 1, len(lines)):
        if not lines[at].strip():
            continue
        if _depth(lines[at]) <= depth:
            break
        last = at
    return last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t-"))


def _terminated_end(lines: Sequence[str], first: int) -> int:
    """A directive ends at its semicolon or at the brace that opens its block."""
    for at in range(first, len(lines)):
        if re.search(r"[;{}]\s*(?:#.*)?$", lines[at]):
            return at
    return first


_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|(?<!\S)#.*|//[^\n]*|[()\[\]{}]")


def _bracket_end(lines: Sequence[str], first: int) -> int:
    """Where every bracket of the first line is closed, and no line goes on with a backslash."""
    depth = 0
    for at in range(first, len(lines)):
        for found in _TOKEN.findall(lines[at]):
            depth += (found in "([{") - (found in ")]}")
        if depth <= 0 and not lines[at].rstrip().endswith("\\"):
            return at
        if depth > 0 and at == first and lines[at].rstrip().endswith("{"):
            # A block is opened, not a value: its statements are others.
            return at
    return first


class Suppressions:
    """The suppressions of one tree, each file's read when it is asked about; remembers which of them hid something."""

    def __init__(
        self,
        read: Callable[[str], bytes | None],
        family: Callable[[str], str] | None = None,
        extent: Extent | None = None,
    ) -> None:
        """`read` gives the files of the tree. `family` names the family of a rule."""
        self._read = read
        self._family = family
        self._extent = extent
        self._files: dict[str, tuple[Lines, tuple[Suppression, ...]] | None] = {}
        self._used: set[Suppression] = set()

    def covers(self, rule: str, location: Location) -> bool:
        """Whether a comment hides a rule at a place: on any line that the place touches."""
        file = self._file(location.path)
        if file is None:
            return False
        lines, found = file
        first = lines.position(location.span.start).line
        last = lines.position(max(location.span.start, location.span.end - 1)).line
        names = {rule, self._family(rule)} if self._family is not None else {rule}
        hits = [s for s in found if names & s.rules and s.first <= last and first <= s.last]
        self._used.update(hits)
        return bool(hits)

    def unused(self, paths: Iterable[str]) -> tuple[Suppression, ...]:
        """The comments in some files that have hidden nothing so far, by path and place."""
        files = (self._file(path) for path in sorted(set(paths)))
        return tuple(s for file in files if file is not None for s in file[1] if s not in self._used)

    def _file(self, path: str) -> tuple[Lines, tuple[Suppression, ...]] | None:
        if path not in self._files:
            data = self._read(path)
            found = suppressions(path, data, self._extent) if data is not None else ()
            self._files[path] = (Lines(data), found) if data is not None and found else None
        return self._files[path]


def finding(unused: Suppression) -> Finding:
    """What is told of a suppression that hides nothing."""
    named = ", ".join(sorted(unused.rules)) or "no rule"
    return Finding(
        RULE,
        f"this comment ignores {named}, and hides nothing: remove it",
        unused.location,
        Anchor(unused.location.path, "comment", name=f"ignore[{named}]"),
        named,
    )
