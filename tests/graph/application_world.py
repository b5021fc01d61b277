"""Small Python programs given as texts, and what the graph makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from stackfix.graph import application
from stackfix.graph.library import Library
from stackfix.graph.value import EMPTY, Environment, Hole, Opaque, Template
from stackfix.text import Text
from stackfix.tree import Entry, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.graph.python_facts import PythonFacts


@dataclass(frozen=True)
class Memory:
    files: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def would_ignore(self, path: str) -> bool:  # noqa: ARG002 - as Sources asks it
        return False


def library(files: Mapping[str, str]) -> Library:
    """A tree of files with their indentation taken off."""
    data = {path: dedent(text).encode() for path, text in files.items()}
    return Library(Tree({path: Entry(path) for path in files}), Memory(data))


def facts(source: str) -> PythonFacts:
    """What one file says."""
    return application.facts(Text.of_file("m.py", dedent(source).encode()))


def shown(template: Template | None) -> str:
    """A template in one line: `{NAME!:-default}` for holes (`!` required, `:` empty counts as unset), `?` unknown."""
    if template is None:
        return "-"
    return "".join(_part(part) for part in template.parts)


def _part(part: object) -> str:
    if isinstance(part, Text):
        return part.value
    if isinstance(part, Hole):
        mark = ("!" if part.required else "") + (":" if part.empty_is_unset else "")
        return "{" + part.name + mark + ("" if part.default is None else "-" + shown(part.default)) + "}"
    return "?" if isinstance(part, Opaque) else f"<{getattr(part, 'name', '')}>"


def filled(template: Template | None, environment: Environment = EMPTY) -> str | None:
    """The value in an environment, None where it can't be known."""
    value = template.fill(environment) if template is not None else None
    return value.text.value if value is not None else None
