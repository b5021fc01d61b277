"""Packages of JavaScript in memory, and templates as one writes them."""

from __future__ import annotations

from dataclasses import dataclass

from stackfix.graph.library import Library
from stackfix.graph.value import Hole, Symbol, Template
from stackfix.text import Text
from stackfix.tree import Entry, Tree


@dataclass(frozen=True)
class Files:
    """The contents of a tree."""

    files: dict[str, str]

    def read(self, path: str) -> bytes | None:
        text = self.files.get(path)
        return None if text is None else text.encode()

    def would_ignore(self, path: str) -> bool:
        return path.startswith("ignored/")


def library(files: dict[str, str]) -> Library:
    return Library(Tree({path: Entry(path) for path in files}), Files(files))


def said(template: Template | None) -> str | None:
    """A template in shell's spelling: `${X:-d}` where an empty value counts as none, `${X-d}` where not; `?` unknown."""
    if template is None:
        return None
    words = []
    for part in template.parts:
        if isinstance(part, Text):
            words.append(part.value)
        elif isinstance(part, Hole):
            default = (
                "" if part.default is None else (":-" if part.empty_is_unset else "-") + (said(part.default) or "")
            )
            words.append(f"${{{part.name}{default}}}")
        elif isinstance(part, Symbol):
            words.append(f"<{part.name}>")
        else:
            words.append("?")
    return "".join(words)


def written(files: dict[str, str], text: Text | None) -> str:
    """The characters of a file that a text stands for."""
    assert text is not None
    place = text.place
    assert place is not None
    return files[place[0]].encode()[place[1].start : place[1].end].decode()
