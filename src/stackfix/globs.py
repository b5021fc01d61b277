"""Globs of the configuration, which name files and folders from the root.

`*` and `?` stop at a slash, `**` doesn't, `[…]` is one of several characters. A glob without a slash names at any
depth; what lies in a named folder is named too.

May not import anything of stackfix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PART = re.compile(r"\*\*/|/\*\*$|\*\*|\*|\?|\[!?\]?[^\]/]*\]|(?:(?!/\*\*$)[^*?\[])+|\[")


def matcher(globs: Iterable[str]) -> Callable[[str], bool] | None:
    """Whether any of the globs names a path; None where there is no glob."""
    expressions = [_expression(glob) for glob in globs]
    if not expressions:
        return None
    pattern = re.compile("|".join(f"(?:{expression})" for expression in expressions), re.DOTALL)
    return lambda path: pattern.match(path) is not None


def _expression(glob: str) -> str:
    glob = glob.removeprefix("./")
    anchored = "/" in glob.rstrip("/")
    body = "".join(_translated(part) for part in _PART.findall(glob.strip("/")))
    return ("" if anchored else "(?:.*/)?") + body + r"(?:/.*)?\Z"


def _translated(part: str) -> str:
    if part == "**/":
        return "(?:.*/)?"
    if part == "/**":
        return "(?:/.*)?"
    if part == "**":
        return ".*"
    if part == "*":
        return "[^/]*"
    if part == "?":
        return "[^/]"
    if part.startswith("[") and part.endswith("]") and len(part) > 2:  # noqa: PLR2004 - brackets with something in
        return _one_of(part[1:-1].replace("\\", "\\\\").replace("[", "\\["))
    return re.escape(part)


def _one_of(inner: str) -> str:
    """One of several characters; what can't be a range is meant as it stands."""
    # Doubled signs may come to mean something to `re`, which warns of them.
    plain = re.sub(r"[&~|]", r"\\\g<0>", inner)
    plain = re.sub(r"^(!?)--", r"\1\\--", plain)
    plain = re.sub(r"(?<=[^!\\])--", r"-\\-", plain)
    expression = f"[^/{plain[1:]}]" if inner.startswith("!") else f"[{plain}]"
    try:
        re.compile(expression)
    except re.error:
        return re.escape(f"[{inner}]")
    return expression
