"""Make a file where there is none, from a template: names between @@ are put in, lines of empty names left out.

May import edits, repairs and the fixer that makes files.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.any import create_file
from stackfix.repairs.create_file import CreateFile

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.create_from_template import CreateFromTemplate

_NAME = re.compile(r"@@([A-Z_]+)@@")
_EMPTY = re.compile(r"\n{3,}")


def edits(repair: CreateFromTemplate, library: Library) -> tuple[Edit, ...]:
    """The new file. Refused where the template has a name without a value."""
    text = rendered(repair.template, dict(repair.values))
    return create_file.edits(CreateFile(repair.path, text, repair.executable), library)


def rendered(template: str, values: dict[str, str]) -> str:
    """A template's text with its names replaced; a value that begins with `@` names a template for that place."""
    written = resources.files("stackfix.fixers").joinpath("templates", template).read_text("utf-8")
    lines = []
    for line in written.splitlines():
        alone = _NAME.fullmatch(line)
        if alone is not None and not _value(values, alone[1]):
            continue
        lines.append(_NAME.sub(lambda match: _value(values, match[1]), line))
    return _EMPTY.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"


def _value(values: dict[str, str], name: str) -> str:
    if name not in values:
        raise Refused(f"the template needs {name}")
    value = values[name]
    return rendered(value[1:], values).rstrip("\n") if value.startswith("@") else value
