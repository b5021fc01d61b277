"""Makefiles and justfiles, as far as wiring needs: their variables, and each recipe line as a text for a shell.

Conditionals, includes and functions of make are passed over: what depends on them stays `$(…)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.formats.spelling import decoded, within
from stackfix.text import Slicer, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_VARIABLE = re.compile(
    r"(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(::?=|\?=|:=|=)[ \t]*([^\r\n#]*?)[ \t]*(?:#[^\r\n]*)?\r?$"
)
_TARGET = re.compile(r"([^:=#\s][^:=#\r\n]*?)[ \t]*::?(?!=)")
_USE = re.compile(r"\$(?:\$|\((?P<round>[\w.-]+)\)|\{(?P<curly>[\w.-]+)\}|\((?P<call>[^)]*)\)|\{\{|(?P<one>.))")


@dataclass(frozen=True, slots=True)
class Given:
    """`NAME = value`; `weak` is `?=`, which the environment overrides."""

    name: str
    value: Text
    weak: bool


@dataclass(frozen=True, slots=True)
class Recipe:
    """One command line of a target, continuations joined, `@`, `-` and `+` taken off.

    `text` is what a shell reads, make's own variables put in where they are literal; an unknown one stands as
    `${make:NAME}`, which no shell knows. `ignores` says that its failure is ignored (`-`).
    """

    target: str
    text: Text
    ignores: bool


@dataclass(frozen=True, slots=True)
class Document:
    """All variables and recipes in order."""

    text: Text
    variables: tuple[Given, ...]
    recipes: tuple[Recipe, ...]


def read(text: Text) -> Document:
    """A Makefile. Never fails: lines that are none of these are passed over."""
    slicer = Slicer(text)
    lines = tuple(_lines(text.value))
    given = tuple(_variables(slicer, lines))
    known = _known(given)
    recipes: list[Recipe] = []
    target = ""
    for start, end in lines:
        line = text.value[start:end]
        if line.startswith("\t") and target:
            recipes.extend(_recipe(slicer, start, end, target, known))
        elif line.strip() and not line.startswith(("#", "\t", " ")):
            match = None if _VARIABLE.match(line) else _TARGET.match(line)
            target = match.group(1).strip() if match else ""
    return Document(text, given, tuple(recipes))


def read_just(text: Text) -> Document:
    """A justfile: recipes are indented lines, `{{…}}` are its own variables."""
    slicer = Slicer(text)
    recipes: list[Recipe] = []
    target = ""
    for start, end in _lines(text.value):
        line = text.value[start:end]
        if line[:1] in {" ", "\t"} and target:
            if line.strip() and not line.strip().startswith("#"):
                begin = start + len(line) - len(line.lstrip(" \t@-"))
                recipes.append(Recipe(target, slicer.slice(begin, end), "-" in line[: begin - start]))
        elif line.strip() and not line.startswith("#"):
            match = re.match(r"@?([A-Za-z_][\w-]*)(?:[ \t][^:\r\n]*)?:(?!=)", line)
            target = match.group(1) if match else ""
    return Document(text, (), tuple(recipes))


def encode(quoting: str, new: str) -> str:
    """`new` as a recipe or a variable's value spells it."""
    if (
        "\n" in new
        or "\r" in new
        or new.endswith("\\")
        or (quoting == "makefile:value" and ("#" in new or new != new.strip()))
    ):
        raise Refused("a Makefile's line can't hold it")
    return new.replace("$", "$$")


def resolve(document: Document, steps: Sequence[str | int]) -> Document | Given | Recipe | None:
    """Steps: a variable's name, or a recipe line's number."""
    if not steps:
        return document
    step = steps[0]
    if isinstance(step, int):
        return document.recipes[step] if 0 <= step < len(document.recipes) else None
    return next((v for v in document.variables if v.name == step), None)


def _lines(value: str) -> Iterator[tuple[int, int]]:
    """Logical lines without their ends, continuations included."""
    start = at = 0
    while at < len(value):
        end = value.find("\n", at)
        end = len(value) if end < 0 else end
        at = end + 1
        if value[start:end].rstrip("\r").endswith("\\") and at < len(value):
            continue
        yield start, end - (1 if value[start:end].endswith("\r") else 0)
        start = at


def _variables(slicer: Slicer, lines: tuple[tuple[int, int], ...]) -> Iterator[Given]:
    for start, end in lines:
        line = slicer.text.value[start:end]
        match = _VARIABLE.fullmatch(line) if not line.startswith("\t") else None
        if match and "\\\n" not in line:
            value = within(slicer.slice(start + match.start(3), start + match.end(3)), "makefile:value")
            yield Given(match.group(1), value, match.group(2) == "?=")


def _known(given: tuple[Given, ...]) -> Mapping[str, Text]:
    """Variables that are set once, to something plain."""
    counts: dict[str, int] = {}
    for variable in given:
        counts[variable.name] = counts.get(variable.name, 0) + 1
    return {v.name: v.value for v in given if counts[v.name] == 1 and "$" not in v.value.value}


def _recipe(slicer: Slicer, start: int, end: int, target: str, known: Mapping[str, Text]) -> Iterator[Recipe]:
    line = slicer.text.value[start:end]
    begin = start + len(line) - len(line.lstrip("\t @-+"))
    if begin >= end:
        return
    prefix = line[: begin - start]
    yield Recipe(target, _shell_text(slicer, begin, end, known), "-" in prefix)


def _shell_text(slicer: Slicer, start: int, end: int, known: Mapping[str, Text]) -> Text:
    parts: list[Text] = []
    at = start
    for match in _USE.finditer(slicer.text.value, start, end):
        parts.append(within(slicer.slice(at, match.start()), "makefile:recipe"))
        name = match.group("round") or match.group("curly") or match.group("one")
        if match.group() == "$$":
            parts.append(decoded(slicer.slice(*match.span()), "$", "makefile:recipe"))
        elif name in known:
            parts.append(known[name])
        else:
            parts.append(Text.unwritten(f"${{make:{name or ''}}}"))
        at = match.end()
    parts.append(within(slicer.slice(at, end), "makefile:recipe"))
    return Text.join(parts)
