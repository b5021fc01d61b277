"""What is said on a pull request's lines: the words of an annotation, and which lines a forge lets us speak of.

May import the model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from stackfix.forge.model import Annotation

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


def words(annotation: Annotation, suggestion: str = "suggestion") -> str:
    """An annotation in markdown. `suggestion` is what the forge calls a block that it offers to take over.

    The title is set as text, and a fence is longer than any in what it holds: nothing of a repository becomes markup.
    """
    said = [f"**{_plain(annotation.title)}**", annotation.message]
    if annotation.suggestion is not None:
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", annotation.suggestion)), default=0))
        # No lines in place of these takes an empty block; an empty line would be one line.
        body = f"{annotation.suggestion}\n" if annotation.suggestion else ""
        said.append(f"{fence}{suggestion}\n{body}{fence}")
    return "\n\n".join(part for part in said if part)


def _plain(title: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(title.split()))


def shown_lines(patch: str) -> dict[int, int | None]:
    """The lines of the new file that a patch shows, each with its number in the old file; None where it is added."""
    shown: dict[int, int | None] = {}
    old = new = 0
    for line in patch.split("\n"):
        if matched := _HUNK.match(line):
            old, new = int(matched[1]), int(matched[2])
        elif line.startswith("+"):
            shown[new] = None
            new += 1
        elif line.startswith("-"):
            old += 1
        elif line.startswith(" ") and new:
            shown[new] = old
            old, new = old + 1, new + 1
    return shown


def unsaid(
    annotations: Iterable[Annotation],
    shown: Mapping[str, dict[int, int | None]],
    said: Collection[tuple[str, object, str]],
    form: Callable[[Annotation], str] = words,
) -> Iterator[tuple[Annotation, str]]:
    """The annotations on lines that a pull request shows, each once, with their words, but for what was said there.

    `shown` are the lines of each file, `said` are path, last line and words, in the `form` that the forge takes.
    """
    for one in dict.fromkeys(annotations):
        body = form(one)
        if _is_shown(one, shown.get(one.path, {})) and (one.path, one.end_line, body) not in said:
            yield one, body


def _is_shown(annotation: Annotation, lines: dict[int, int | None]) -> bool:
    """Whether a pull request shows all lines of an annotation, and adds one of them."""
    spoken = range(annotation.line, annotation.end_line + 1)
    return all(line in lines for line in spoken) and any(lines[line] is None for line in spoken)
