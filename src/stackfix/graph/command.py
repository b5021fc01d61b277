"""Commands as words with holes: from a shell's words, or a list's items, to what a program is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.formats import shell
from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Unknown = Hole | Symbol | Opaque
_FIRST_MARK = 0xE000
_MARKS = re.compile("([\ue000-\uf8ff])")


def shell_text(template: Template) -> tuple[Text, tuple[Unknown, ...]]:
    """A template as one text for a shell to read: each unknown part is one character that `of_word` turns back."""
    texts: list[Text] = []
    unknown: list[Unknown] = []
    for part in template.parts:
        if isinstance(part, Text):
            texts.append(part)
        else:
            texts.append(Text.unwritten(chr(_FIRST_MARK + len(unknown))))
            unknown.append(part)
    return Text.join(texts), tuple(unknown)


def of_word(word: shell.Word, unknown: tuple[Unknown, ...] = ()) -> Template:
    """A shell word as a value whose parameters are holes."""
    return _template(word.parts, unknown)


def _template(parts: tuple[shell.Part, ...], unknown: tuple[Unknown, ...]) -> Template:
    found: list[Text | Unknown] = []
    for part in parts:
        if isinstance(part, Text):
            found.extend(_marked(part, unknown))
        elif isinstance(part, shell.Parameter):
            found.append(_hole(part, unknown))
        else:
            found.append(Opaque())
    return Template(tuple(found))


def _marked(text: Text, unknown: tuple[Unknown, ...]) -> list[Text | Unknown]:
    if not _MARKS.search(text.value):
        return [text]
    found: list[Text | Unknown] = []
    at = 0
    for match in _MARKS.finditer(text.value):
        index = ord(match.group()) - _FIRST_MARK
        if match.start() > at:
            found.append(text.slice(at, match.start()))
        found.append(unknown[index] if index < len(unknown) else Opaque())
        at = match.end()
    if at < len(text.value):
        found.append(text.slice(at, len(text.value)))
    return found


def _hole(parameter: shell.Parameter, unknown: tuple[Unknown, ...]) -> Unknown:
    if not re.fullmatch(r"[A-Za-z_]\w*", parameter.name):
        return Opaque()
    location = located(parameter.text)
    operator = parameter.operator
    empty = operator.startswith(":")
    match operator[-1:]:
        case "":
            return Hole(parameter.name, location=location)
        case "-" | "=":
            return Hole(parameter.name, _template(parameter.operand, unknown), empty, location=location)
        case "?":
            return Hole(parameter.name, None, empty, required=True, location=location)
        case _:
            return Opaque()


def expand(template: Template, variables: Mapping[str, Template]) -> Template:
    """A template with the variables that the script itself has set in place of their holes."""
    found: list[Text | Unknown] = []
    for part in template.parts:
        found.extend(_expanded(part, variables) if isinstance(part, Hole) else (part,))
    return Template(tuple(found))


def _expanded(hole: Hole, variables: Mapping[str, Template]) -> tuple[Text | Unknown, ...]:
    value = variables.get(hole.name)
    default = expand(hole.default, variables) if hole.default is not None else None
    if value is None:
        return (Hole(hole.name, default, hole.empty_is_unset, hole.required, hole.location),)
    text = value.text
    if text is not None and not text and hole.empty_is_unset:
        return default.parts if default is not None else (Opaque(),)
    if text is None and default is not None and any(isinstance(p, Hole) and p.default is None for p in value.parts):
        return (Opaque(),)
    return value.parts


def literal(template: Template) -> str | None:
    """Its characters where nothing in it is unknown."""
    text = template.text
    return None if text is None else text.value


def known_text(template: Template) -> str:
    """Its characters, with a space for each part that is unknown."""
    return " ".join(part.value for part in template.parts if isinstance(part, Text))


def cut(template: Template, count: int) -> Template:
    """Without the first `count` characters, which must lie in its first text."""
    first = template.parts[0]
    if not isinstance(first, Text):
        return template
    rest = first.slice(count, len(first.value))
    return Template((rest, *template.parts[1:])) if rest or len(template.parts) == 1 else Template(template.parts[1:])


def parted(template: Template, separator: str) -> tuple[Template, Template] | None:
    """What stands before and after the last separator that is written in it; None where there is none."""
    for index in range(len(template.parts) - 1, -1, -1):
        part = template.parts[index]
        at = part.value.rfind(separator) if isinstance(part, Text) else -1
        if not isinstance(part, Text) or at < 0:
            continue
        before = (*template.parts[:index], part.slice(0, at))
        rest = part.slice(at + len(separator), len(part.value))
        after = template.parts[index + 1 :]
        return Template(before), Template((rest, *after) if rest or not after else after)
    return None


def begins(template: Template) -> str:
    """The characters that it is known to begin with."""
    first = template.parts[0] if template.parts else None
    return first.value if isinstance(first, Text) else ""
