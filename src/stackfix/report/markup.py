"""Words of a repository inside markdown: shown as they are, obeyed by nobody.

A token that may be more than a word to some reader of markdown (emphasis, HTML, a link, an address that is made a link,
`@name` that calls a person, `#1` that refers to an issue, a commit's name) stands in a code span, where none of that is
looked for; whole lines stand in a fence that is longer than any run of backticks in them.

May import how characters are shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from stackfix.report.paint import Shown, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKEN = re.compile(r"(?P<open>[(\"]*)(?P<core>.*?)(?P<close>[.,;:!?)\"]*)", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d{1,6}(?:\.\d{1,6})?%?|[…→]|")
_COMMIT = re.compile(r"[0-9a-f]{7,}")
_QUOTED = re.compile(r"((?<!\S)`[^`]+`(?=[\s.,;:)]|$))")
_ADDRESS = "%:/?#[]@!$&'()*+,;="
"""What has its own meaning in an address, and none in markdown between `<` and `>`."""
_BACKTICKS = re.compile(r"`+")


def words(text: str) -> str:
    """A sentence with words of a repository in it, on one line. What stands in backticks becomes a code span."""
    whole = shown(" ".join(text.split()))
    return "".join(
        code(part[1:-1]) if part.startswith("`") and len(part) > 1 and part.endswith("`") else _sentence(part)
        for part in _QUOTED.split(whole)
    )


def _sentence(text: str) -> str:
    return " ".join(_token(token) for token in text.split(" "))


def _token(token: str) -> str:
    match = _TOKEN.fullmatch(token)
    assert match is not None
    core = match["core"]
    if _WORD.fullmatch(core) and not _COMMIT.fullmatch(core):
        return token
    return f"{match['open']}{code(core)}{match['close']}"


def code(text: str) -> str:
    """A code span that holds exactly this, on one line."""
    inner = shown(text) or " "
    fence = "`" * (_longest(inner) + 1)
    pad = " " if inner[0] in "` " or inner[-1] in "` " else ""
    return f"{fence}{pad}{inner}{pad}{fence}"


def linked(span: str, address: str) -> str:
    """A code span that leads to an address."""
    return f"[{span}](<{quote(address, safe=_ADDRESS)}>)"


def fenced(kind: str, lines: Iterable[str]) -> Iterator[str]:
    """A block of code of these lines, which hold no line endings."""
    inner = list(lines)
    fence = "`" * max(3, _longest("\n".join(inner)) + 1)
    yield fence + kind
    yield from inner
    yield fence


def line(text: str, start: int = 0, end: int = 0) -> str:
    """One line of a file for a block of code, cut about the characters that matter where it is long."""
    return Shown.of(text).window(start, end)[0].rstrip()


def _longest(text: str) -> int:
    return max(map(len, _BACKTICKS.findall(text)), default=0)
