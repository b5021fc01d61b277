"""HTML, as far as wiring stands in it: the attributes of `meta` elements, with places.

May import text, the spelling of pieces and edits (refusals).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.formats.spelling import within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.text import Text

_META = re.compile(r"<meta\b(?P<inside>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<name>script|style|template)\b.*?</(?P=name)\s*>", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"(?P<name>[A-Za-z-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')")


@dataclass(frozen=True, slots=True, eq=False)
class Meta:
    """One `<meta>` in the order of the file. `attributes` are those in quotes, without entities, by lower-case name."""

    text: Text
    attributes: Mapping[str, Text]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """The `meta` elements of a page."""

    text: Text
    metas: tuple[Meta, ...]


def read(text: Text) -> Document:
    """A page. Comments, scripts and styles hold no elements."""
    blank = _HIDDEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text.value)
    return Document(text, tuple(_meta(text, match) for match in _META.finditer(blank)))


def _meta(text: Text, match: re.Match[str]) -> Meta:
    found: dict[str, Text] = {}
    for one in _ATTRIBUTE.finditer(text.value, match.start("inside"), match.end("inside")):
        kind = "double" if one["double"] is not None else "single"
        if "&" not in one[kind]:
            found.setdefault(one["name"].lower(), within(text.slice(*one.span(kind)), f"html:{kind}"))
    return Meta(text.slice(*match.span()), found)


def encode(quoting: str, new: str) -> str:
    """Characters as an attribute in quotes spells them."""
    mark = '"' if quoting == "html:double" else "'"
    if mark in new or "&" in new:
        raise Refused("the characters would end the attribute or begin an entity")
    return new


def resolve(document: Document, steps: tuple[str | int, ...]) -> Meta | None:
    """The element that an address means: ("meta", its place from 0)."""
    index = steps[1] if len(steps) == 2 and steps[0] == "meta" else None  # noqa: PLR2004 - an address has two steps
    return document.metas[index] if isinstance(index, int) and 0 <= index < len(document.metas) else None
