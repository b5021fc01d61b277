"""dotenv files as environments: what they give, and which of them are only examples."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor, located
from stackfix.formats import dotenv
from stackfix.graph.interpolation import template
from stackfix.graph.secrets import is_secret
from stackfix.graph.value import Environment, Origin, Template, Variable

if TYPE_CHECKING:
    from stackfix.graph.library import Library

_EXAMPLE = re.compile(r"(?:^|[._-])(?:example|sample|template|dist|tmpl|default|defaults)(?:$|[._-])", re.IGNORECASE)
_NAMES = (
    ".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "env.template", "example.env",
    "sample.env", "template.env", ".env-example", ".env.default", ".env.defaults",
)  # fmt: skip
_DATA = (".env", ".md", ".rst", ".txt", ".lock", ".svg", ".csv", ".html")


def is_dotenv(path: str) -> bool:
    """Whether a file's name says that it is a dotenv file."""
    name = posixpath.basename(path)
    return name == ".env" or name.startswith((".env.", ".env-")) or name.endswith(".env") or name in _NAMES


def is_example(path: str) -> bool:
    """Whether a dotenv file is a template that people copy, the contract of what must be set."""
    return bool(_EXAMPLE.search(posixpath.basename(path)))


def examples(library: Library, folder: str) -> tuple[str, ...]:
    """The example files of a folder."""
    return tuple(path for name in _NAMES if library.tree.is_file(path := tree.join(folder, name)))


def variables(library: Library, path: str) -> dict[str, Variable] | None:
    """What a dotenv file gives, its own references filled in, or None where it isn't there or can't be read."""
    document = library.get(path, dotenv.read)
    if document is None:
        return None
    found: dict[str, Variable] = {}
    for entry in document.entries:
        written = template(entry.value) if entry.expands else Template.literal(entry.value)
        filled = written.fill(Environment(found))
        place = located(entry.line)
        if place is None:
            continue
        name = entry.name.value
        found[name] = Variable(
            name,
            filled.text if filled else None,
            place,
            Anchor(path, "dotenv", (name,)),
            Origin.ENV_FILE,
            secret=is_secret(name, entry.value.value),
            uses=filled.uses if filled else (),
            sketch=None if filled else written.sketch(Environment(found)),
        )
    return found


def spoken(library: Library, name: str) -> bool:
    """Whether any code, script or configuration says a variable's name for another purpose than to set it."""
    said = re.escape(name.encode())
    word = re.compile(rb"(?<!\w)" + said + rb"(?!\w)")
    sets = re.compile(rb"(?<![\w$}])" + said + rb"[\"']?[ \t]*[:=]|name:[ \t]*[\"']?" + said + rb"(?!\w)")
    assigned = re.compile(rb"^(?:export[ \t]+)?" + said + rb"=", re.MULTILINE)
    for path, entry in library.tree.entries.items():
        if not entry.wiring or path.endswith(_DATA) or is_dotenv(path):
            continue
        data = library.sources.read(path)
        if data is None or name.encode() not in data:
            continue
        strips = sets if path.endswith((".yml", ".yaml")) else assigned if "." not in posixpath.basename(path) else None
        if word.search(data if strips is None else strips.sub(b"", data)):
            return True
    return False
