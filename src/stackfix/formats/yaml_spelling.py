"""How YAML spells the characters of a scalar: which of its characters stand for which, and how to write others there.

Quoting names: "yaml:plain", "yaml:flow-plain", "yaml:single[:lines]", "yaml:double[:lines]", "yaml:folded:<indent>",
"yaml:literal:<indent>[:<flag>…]", "yaml:empty" and "yaml:flow-empty" (a value that is nothing), "yaml:absent" (a flow
key without colon), "yaml:fold" (a line break that is folded away) and "yaml:opaque" (spelled in a way not understood).
`lines` says that the quotes span several lines.
A literal's flags: `crlf` (its lines end so), `first` (a leading space would change the indentation that is found),
`last` (its last character but for breaks), `gap<n>` (a break before a line that lacks n columns of the indentation),
`lack<n>` (a break in such a line), `top` (a break that it begins with), `end` (its last break).

May import edits alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLD = "yaml:fold"
OPAQUE = "yaml:opaque"
_BREAK = r"(?:\r\n|\n|\r)"
_FOLD = rf"[ \t]*{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*"
_BREAKS = re.compile(_BREAK)
_PLAIN = re.compile(rf"(?P<fold>{_FOLD})|(?P<text>(?:[^\r\n \t]+|[ \t]+(?![ \t]*[\r\n]))+)")
_SINGLE = re.compile(rf"(?P<escape>'')|(?P<fold>{_FOLD})|(?P<text>(?:[^'\r\n \t]+|[ \t]+(?![ \t]*[\r\n]))+)")
_DOUBLE = re.compile(
    rf"(?P<join>\\{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*)"
    r"|(?P<escape>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^\r\n]))"
    rf"|(?P<fold>{_FOLD})"
    r"|(?P<text>(?:[^\\\r\n \t]+|[ \t]+(?![ \t]*[\r\n]))+)"
)
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", '"': '\\"', "\\": "\\\\"}
_BEHIND = {"end": "tail", "gap": "blank", "last": "last"}
# What YAML calls unprintable, and the line breaks that 1.1 and 1.2 disagree about.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_LEADING = "#,[]{}&*!|>'\"%@`"


@dataclass(frozen=True, slots=True)
class Run:
    """`length` decoded characters and the raw ones (`start` to `end` of the token) that spell them."""

    length: int
    start: int
    end: int
    quoting: str
    exact: bool = True


def runs(style: str, raw: str, value: str, quoting: str) -> tuple[Run, ...]:
    """How a token `raw` spells `value`. Where that isn't understood, one inexact run covers all: never a wrong one."""
    if style == "plain" and raw == value:
        return (Run(len(raw), 0, len(raw), quoting),)
    if style in {"single", "double"} and raw[1:-1] == value and "\\" not in value and value:
        return (Run(len(value), 1, len(raw) - 1, quoting),)
    found = _block(style, raw, value) if style in {"literal", "folded"} else _inline(style, raw, quoting)
    if "".join(part for part, _ in found) != value or any(len(part) != run.length for part, run in found):
        return (Run(len(value), 0, len(raw), OPAQUE, exact=False),)
    if not value and style in {"single", "double"}:
        return (Run(0, 1, 1, quoting),)
    if not value:
        return (Run(0, 0, len(raw), OPAQUE, exact=False),)
    return tuple(run for _, run in found)


def _inline(style: str, raw: str, quoting: str) -> list[tuple[str, Run]]:
    pattern = {"plain": _PLAIN, "single": _SINGLE, "double": _DOUBLE}[style]
    edge = 0 if style == "plain" else 1
    if edge and _BREAKS.search(raw):
        quoting += ":lines"
    found: list[tuple[str, Run]] = []
    at, end = edge, len(raw) - edge
    while at < end:
        match = pattern.match(raw, at, end)
        if match is None:
            return []
        part = _meaning(style, match)
        if part:
            name = FOLD if match.lastgroup in {"fold", "join"} else quoting
            found.append((part, Run(len(part), at, match.end(), name, exact=match.lastgroup == "text")))
        at = match.end()
    return found


def _meaning(style: str, match: re.Match[str]) -> str:
    raw = match.group()
    if match.lastgroup == "fold":
        return "\n" * (len(_BREAKS.findall(raw)) - 1) or " "
    if match.lastgroup == "join":
        return "\n" * (len(_BREAKS.findall(raw)) - 1)
    if match.lastgroup == "text":
        return raw
    if style == "single":
        return "'"
    return chr(int.from_bytes(bytes.fromhex(raw[2:]), "big")) if raw[1] in "xuU" else _ESCAPES.get(raw[1], raw[1])


def _block(style: str, raw: str, value: str) -> list[tuple[str, Run]]:
    lines = list(_lines(raw))[1:]
    indent = _indent(raw, lines, value)
    if indent is None:
        return []
    return _literal(raw, lines, indent, value) if style == "literal" else _folded(raw, lines, indent, value)


def _lines(raw: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and end with its break of each line."""
    at = 0
    for match in _BREAKS.finditer(raw):
        yield at, match.start(), match.end()
        at = match.end()
    if at < len(raw):
        yield at, len(raw), len(raw)


def _indent(raw: str, lines: Sequence[tuple[int, int, int]], value: str) -> int | None:
    """The columns that were taken off each line: what the first line that says something lost of its spaces."""
    wanted = next((line for line in value.split("\n") if line.strip(" ")), None)
    if wanted is None:
        return None
    for start, end, _ in lines:
        line = raw[start:end]
        if line.strip(" "):
            lost = _margin(line) - _margin(wanted)
            return lost if lost >= 0 else None
    return None


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _literal(raw: str, lines: Sequence[tuple[int, int, int]], indent: int, value: str) -> list[tuple[str, Run]]:
    name = f"yaml:literal:{indent}" + (":crlf" if "\r\n" in raw else "")
    found: list[tuple[str, Run]] = []
    left = len(value)
    final = len(value.rstrip("\n"))
    fresh = not raw.partition("\n")[0].partition("#")[0].strip(" \r|+-")
    for number, (start, end, after) in enumerate(lines):
        begin = start + min(indent, end - start)
        here = len(value) - left
        for first, last, flag in _line_parts(begin, end, fresh=fresh, last=here + end - begin == final):
            found.append((raw[first:last], Run(last - first, first, last, name + flag)))
            fresh = False
        left -= end - begin
        if left <= 0:
            break
        following = lines[number + 1] if left > 1 and number + 1 < len(lines) else None
        flags = f"{name}:top" if not found else name
        flags += ":first" if fresh else ""
        flags += f":lack{indent - end + start}" if end - start < indent else ""
        found.append(("\n", _line_break(end, after, following, indent, flags)))
        left -= 1
    return found


def _line_parts(begin: int, end: int, *, fresh: bool, last: bool) -> Iterator[tuple[int, int, str]]:
    """A line's content, the first character of a block and the last one for themselves: there edits may not be free."""
    if fresh and begin < end:
        yield begin, begin + 1, ":first:last" if last and begin + 1 == end else ":first"
        begin += 1
    if last and begin + 1 < end:
        yield begin, end - 1, ""
        begin = end - 1
    if begin < end:
        yield begin, end, ":last" if last else ""


def _line_break(end: int, after: int, following: tuple[int, int, int] | None, indent: int, name: str) -> Run:
    """A break and the next line's indentation: so an edit across lines takes both or leaves both."""
    if following is None:
        return Run(1, end, after, f"{name}:end", exact=False)
    have = min(indent, following[1] - following[0])
    flag = f":gap{indent - have}" if have < indent else ""
    return Run(1, end, after + have, name + flag, exact=False)


def _folded(raw: str, lines: Sequence[tuple[int, int, int]], indent: int, value: str) -> list[tuple[str, Run]]:
    name = f"yaml:folded:{indent}"
    found: list[tuple[str, Run]] = []
    breaks, since, before = 0, lines[0][0] if lines else 0, ""
    for start, end, after in lines:
        begin = start + min(indent, end - start)
        if begin < end:
            content = raw[begin:end]
            gap = _gap(before, content, breaks)
            if gap:
                found.append((gap, Run(len(gap), since, begin, FOLD, exact=False)))
            # A line that is indented further isn't folded: with its first character the breaks around it would change.
            found.append((content, Run(len(content), begin, end, OPAQUE if content[0] in " \t" else name)))
            before, breaks, since = content, 0, end
        if after > end:
            breaks += 1
    tail = value[sum(len(part) for part, _ in found) :]
    if tail and not tail.strip("\n"):
        found.append((tail, Run(len(tail), since, len(raw), FOLD, exact=False)))
    return found


def _gap(before: str, after: str, breaks: int) -> str:
    """What the breaks between two lines of a folded scalar mean."""
    if not before or before[0] in " \t" or after[0] in " \t":
        return "\n" * breaks
    return "\n" * (breaks - 1) or " "


def joined(names: Sequence[str]) -> str | None:
    """The quoting of a stretch that covers pieces in these quotings, or None where it would cut through a fold.

    For a literal, `tail` says that the stretch takes the block's last break, `blank` that a blank line follows it,
    `lead<n>` that it begins on a line that lacks n columns.
    """
    first, last = names[0], names[-1]
    kinds = {name.split(":")[1] for name in names}
    if kinds != {"literal"}:
        return first if first == last != FOLD and set(names) <= {first, FOLD} else None
    one, other = first.split(":"), last.split(":")
    if one[2] != other[2]:
        return None
    kept = [flag.replace("lack", "lead") for flag in one[3:] if flag in {"crlf", "first"} or flag.startswith("lack")]
    behind = [_BEHIND[flag.rstrip("0123456789")] for flag in other[3:] if flag.rstrip("0123456789") in _BEHIND]
    return ":".join([*one[:3], *kept, *behind])


def encode(quoting: str, new: str) -> str:
    """Spell characters inside a scalar of this quoting so that exactly `new` is read; Refused where that can't be."""
    kind = quoting.split(":")[1]
    if quoting.endswith(":lines") and not new:
        raise Refused("an empty line would change what is folded")
    if kind == "double":
        return _encode_double(new, folded=quoting.endswith(":lines"))
    if _FORBIDDEN.search(new):
        raise Refused("the text has a character that YAML can only hold in double quotes")
    if kind == "literal":
        return _encode_literal(quoting.split(":")[2:], new)
    if quoting.endswith(":lines") and new != new.strip(" \t"):
        raise Refused("white space at an edge would be folded away")
    return _encode_line(kind, new)


def _encode_double(new: str, *, folded: bool) -> str:
    found = [_escaped(character) for character in new]
    for edge in (0, -1):
        if folded and found[edge] == " ":
            found[edge] = "\\x20"
    return "".join(found)


def _encode_line(kind: str, new: str) -> str:
    """What stands within one line."""
    if kind in {"fold", "opaque"}:
        raise Refused("the text is spelled by folded lines")
    if "\n" in new or (new != new.strip(" \t") and kind != "single"):
        raise Refused("white space at an edge and line breaks would be lost here")
    if kind == "single":
        return new.replace("'", "''")
    if kind == "folded":
        if not new:
            raise Refused("an empty line would change a folded scalar")
        return new
    return _encode_plain(kind, new)


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if not _FORBIDDEN.match(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - what two hex digits hold


def _encode_plain(kind: str, new: str) -> str:
    if kind == "absent":
        raise Refused("there is no colon to write a value after")
    if not new:
        raise Refused("a plain scalar can't be empty")
    plain = is_plain(new, flow=kind.startswith("flow-"))
    if kind.endswith("empty"):
        return f" {new}" if plain else f' "{_encode_double(new, folded=False)}"'
    if not plain:
        raise Refused("the text needs quotes in YAML")
    return new


def is_plain(new: str, *, flow: bool) -> bool:
    """Whether characters may stand without quotes and be read as themselves."""
    if not new or new != new.strip(" \t") or "\n" in new or _FORBIDDEN.search(new):
        return False
    if new[0] in _LEADING or re.match(r"[-?:](?:[ \t]|$)|(?:---|\.\.\.)(?:[ \t]|$)", new):
        return False
    if re.search(r":(?:[ \t]|$)|[ \t]#", new):
        return False
    return not flow or not (re.search(r"[,\[\]{}]", new) or new[0] in "?:-")


def _encode_literal(fields: Sequence[str], new: str) -> str:
    indent, flags = int(fields[0]), fields[1:]
    _refuse_literal(indent, flags, new)
    feed = "\r\n" if "crlf" in flags else "\n"
    lines = new.split("\n")
    spaces = " " * indent
    last = len(lines) - 1
    kept = [line if number == 0 or not (line or number == last) else spaces + line for number, line in enumerate(lines)]
    if not lines[-1] and last and (_number(flags, "gap") or {"end", "tail", "blank"} & set(flags)):
        kept[-1] = ""
    missing = indent if "end" in flags else _number(flags, "gap") or _number(flags, "lead")
    if missing and (lines[0] or not last):
        kept[0] = " " * missing + kept[0]
    return feed.join(kept)


def _number(flags: Sequence[str], name: str) -> int:
    return next((int(flag.removeprefix(name)) for flag in flags if flag.startswith(name)), 0)


def _refuse_literal(indent: int, flags: Sequence[str], new: str) -> None:
    if "top" in flags or ("first" in flags and new[:1] in {"", " ", "\t", "\n"}):
        raise Refused("white space at the start of a block changes its indentation")
    if "last" in flags and not new.strip(" \t").rpartition("\n")[2]:
        raise Refused("blank lines at the end of a block would be lost")
    if {"end", "tail"} & set(flags) and (not new.endswith("\n") or not new[:-1].rpartition("\n")[2].strip(" \t")):
        raise Refused("the last line break of a block would go, or another be lost")
    if indent == 0 and re.search(r"^(?:---|\.\.\.)", new, re.MULTILINE):
        raise Refused("the text would end the document")
