"""Where a block of Lua ends: braces counted outside Lua's strings and comments.

May import nothing of stackfix.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"--\[(?P<comment>=*)\["
    r"|--[^\n]*"
    r"|\[(?P<long>=*)\["
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|(?P<brace>[{}])"
    r"|[^-\[\"'{}]+"
    r"|.",
    re.DOTALL,
)


def closing_brace(value: str, opening: int) -> int | None:
    """The offset of the `}` that ends the block opened at `opening`, or None where it has no end."""
    depth = 0
    at = opening
    while at < len(value):
        match = _TOKEN.match(value, at)
        if match is None:
            return None
        at = match.end()
        level = match.group("comment") if match.group("comment") is not None else match.group("long")
        if level is not None:
            end = value.find(f"]{level}]", at)
            if end < 0:
                return None
            at = end + len(level) + 2
        elif match.group("brace"):
            depth += 1 if match.group() == "{" else -1
            if depth == 0:
                return match.start()
    return None
